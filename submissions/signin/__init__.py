"""Who is at the keyboard: sign-in, second factors, sessions, step-up. What a person may do stands in `permissions`.

django-allauth carries passwords, codes, passkeys and OpenID Connect; this room says what this portal wants of it.
"""
