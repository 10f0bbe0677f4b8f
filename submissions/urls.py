"""The portal's pages: this list is its feature list."""

from django.urls import path

from submissions.views import capture, console, decisions, detail, images, lists, queue, retention, start, webhook

urlpatterns = [
    path("", start.start, name="start"),
    path("alerts/seen/", start.alerts_seen, name="alerts_seen"),
    path("sending/", start.stop_switch, name="stop_switch"),
    path("submissions/", lists.submission_list, name="submission_list"),
    path("submissions/new/", capture.new, name="submission_new"),
    path("submissions/<uuid:pk>/", detail.submission, name="submission"),
    path("submissions/<uuid:pk>/status/", detail.status_part, name="status_part"),
    path("submissions/<uuid:pk>/ask/", detail.ask_vendor, name="ask_vendor"),
    path("submissions/<uuid:pk>/reveal/", detail.reveal, name="reveal"),
    path("submissions/<uuid:pk>/values/", capture.save, name="save_values"),
    path("submissions/<uuid:pk>/account/", capture.account_check, name="account_check"),
    path("submissions/<uuid:pk>/address-code/", capture.address_code, name="address_code"),
    path("submissions/<uuid:pk>/take-back/", capture.take_back, name="take_back"),
    path("submissions/<uuid:pk>/give-up/", capture.give_up, name="give_up"),
    path("submissions/<uuid:pk>/restart/", capture.restart, name="restart"),
    path("submissions/<uuid:pk>/called-back/", capture.called_back, name="called_back"),
    path("submissions/<uuid:pk>/passed-on/", capture.passed_on, name="passed_on"),
    path("submissions/<uuid:pk>/release-call/", detail.release_call, name="release_call"),
    path("images/<uuid:pk>/", images.image, name="image"),
    path("review/", queue.review_queue, name="review_queue"),
    path("review/next/", queue.claim_next, name="claim_next"),
    path("review/assign/", queue.assign, name="assign"),
    path("review/keys/", console.single_keys, name="single_keys"),
    path("review/<uuid:pk>/", console.review_page, name="review"),
    path("review/<uuid:pk>/status/", console.decision_part, name="decision_part"),
    path("review/<uuid:pk>/claim/", console.claim, name="claim"),
    path("review/<uuid:pk>/hold/", console.hold, name="hold"),
    path("review/<uuid:pk>/release/", console.release_claim, name="release_claim"),
    path("review/<uuid:pk>/decide/", decisions.decide, name="decide"),
    path("review/<uuid:pk>/undo/", decisions.undo_decision, name="undo_decision"),
    path("review/<uuid:pk>/note/", console.add_note, name="add_note"),
    path("retention/", retention.overview, name="retention"),
    path("retention/<uuid:pk>/", retention.act, name="retention_act"),
    path("webhooks/argos/<str:token>/", webhook.receive, name="webhook"),
]
