#!/bin/sh
# Create the secrets of compose.yaml in the folder `secrets` beside this file. An existing file is never changed,
# because a lost field key makes all data unreadable. The folder is for its owner alone; the files are readable
# for everybody, because the users of the containers read them through their mounts.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 0700 secrets
cd secrets

random() { # BYTES: base64url on one line
    head -c "$1" /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}
write() { # NAME VALUE
    if [ ! -e "$1" ]; then
        printf '%s\n' "$2" > "$1"
        chmod 0444 "$1"
    fi
}

write secret_key "$(random 48)"
write field_keys "$(random 32)"
write search_keys "$(random 32)"
write metrics_token "$(random 30)"
write database_password "$(random 30)"
write database_url "postgres://kyc:$(cat database_password)@database/kyc"
write broker_password "$(random 30)"
write redis_url "redis://:$(cat broker_password)@broker/0"
write broker_configuration "requirepass $(cat broker_password)
bind 0.0.0.0
protected-mode yes
maxmemory 384mb
maxmemory-policy noeviction
save \"\"
appendonly no
dir /data"
write storage_key "kyc-$(random 12)"
write storage_secret "$(random 30)"
write storage_url "s3://$(cat storage_key):$(cat storage_secret)@kyc-images?endpoint=http://storage:7070&region=us-east-1"
for name in email_url tls_certificate tls_key; do
    [ -e "$name" ] || echo "Write $(pwd)/$name yourself (docs/operations.md, Containers)."
done
