"""The minimum webhook intake: a view that stores the body and responds."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from bench.stock.models import PlainDelivery


@csrf_exempt
@login_not_required
def keep(request: HttpRequest) -> HttpResponse:
    PlainDelivery.objects.create(body=request.body)
    return HttpResponse("ok", content_type="text/plain")
