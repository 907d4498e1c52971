#!/usr/bin/env bash
# Creates in a Stripe account what StreamVibe sells: products, prices with lookup keys, and the webhook endpoint. May be run again: existing
# objects are left unchanged. Exits with 1 if Stripe refuses, with 2 on invalid usage.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/setup-stripe.sh --url PROJECT_URL [options]

Creates products, prices (lookup keys streamvibe_<plan>_monthly) and the webhook endpoint in the Stripe account of
STRIPE_SECRET_KEY, and prints the endpoint's secret once, when it is created.

  --url URL        the project's URL, such as https://abc.supabase.co; the endpoint is <URL>/functions/v1/stripe-webhook
  --currency CODE  of the prices, three letters (default: usd)
  --basic AMOUNT   price of the plan basic a month in the smallest unit (default: 1900)
  --premium AMOUNT price of the plan premium a month in the smallest unit (default: 4900)
  --dry-run        shows what would be created, and creates nothing
  --yes            needed with a live-mode key
  --help           prints this text

A price never changes: for another amount archive the old one in Stripe, or move its lookup key there to a new price.
Subscribers at the old price keep their plan.

STRIPE_SECRET_KEY  sk_test_…, sk_live_… or a restricted key that may write products, prices and webhook endpoints
STRIPE_API_URL     default: https://api.stripe.com
TEXT
}

fail() {
  printf 'setup-stripe: %s\n' "$1" >&2
  exit "${2:-2}"
}

url=''
currency=usd
basic=1900
premium=4900
dry_run=false
yes=false
value() {
  if [ $# -lt 2 ] || [ -z "$2" ]; then fail "$1 needs a value"; fi
  printf '%s' "$2"
}
while [ $# -gt 0 ]; do
  case $1 in
    --url) url=$(value "$@") && shift ;;
    --currency) currency=$(value "$@") && shift ;;
    --basic) basic=$(value "$@") && shift ;;
    --premium) premium=$(value "$@") && shift ;;
    --dry-run) dry_run=true ;;
    --yes) yes=true ;;
    --help | -h) usage && exit 0 ;;
    *) fail "Cannot understand $1; see --help" ;;
  esac
  shift
done

key=${STRIPE_SECRET_KEY:-}
api=${STRIPE_API_URL:-https://api.stripe.com}
[ -n "$key" ] || fail 'Cannot continue without STRIPE_SECRET_KEY'
[[ $key =~ ^(sk|rk)_(test|live)_[A-Za-z0-9_]+$ ]] || fail 'Cannot use STRIPE_SECRET_KEY: it is not a secret key of Stripe'
[[ $url =~ ^https?://[^/[:space:]]+/?$ ]] || fail "Cannot use --url: takes the project's URL, such as https://abc.supabase.co, got '${url}'"
[[ $currency =~ ^[a-z]{3}$ ]] || fail "Cannot use --currency: takes three lower-case letters, got '${currency}'"
[[ $basic =~ ^[1-9][0-9]*$ && $premium =~ ^[1-9][0-9]*$ ]] || fail 'Cannot use --basic or --premium: takes a whole number above 0'
command -v curl >/dev/null || fail 'Cannot continue without curl'
if [[ $key == *_live_* && $yes != true && $dry_run != true ]]; then
  fail 'Cannot change a live account without --yes: try it with a test key or --dry-run first'
fi
endpoint="${url%/}/functions/v1/stripe-webhook"

# Passes the key by a file descriptor: arguments are visible to every user of the machine.
stripe() {
  local method=$1 path=$2 answer status
  shift 2
  answer=$(curl --silent --show-error --max-time 30 --globoff --request "$method" --write-out '\n%{http_code}' \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$key") "$@" "${api}/v1/${path}") ||
    fail "Cannot reach Stripe at ${api}" 1
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if [ "$status" -ge 400 ]; then
    fail "Stripe refused ${method} ${path} (${status}): $(printf '%s' "$answer" | tr -d '\n' | sed -n 's/.*"message": *"\([^"]*\)".*/\1/p')" 1
  fi
  printf '%s' "$answer" | tr -d '\n'
}

# Extracts the first value of a member from JSON text, which suffices for ids, keys and counts.
member() {
  sed -n "s/.*[{,] *\"$1\": *\"\{0,1\}\([^\",}]*\)\"\{0,1\}.*/\1/p"
}
# Reduces a list to its first object, because sed is greedy.
first() {
  sed -n 's/.*"data": *\[ *\({[^{}]*\).*/\1/p'
}

make() {
  if [ "$dry_run" = true ]; then
    printf 'would create %s\n' "$1"
    return 1
  fi
  printf 'creating %s\n' "$1"
}

plan() {
  local slug=$1 name=$2 amount=$3 product="prod_streamvibe_$1" lookup="streamvibe_$1_monthly" found
  found=$(stripe GET "products?ids%5B%5D=${product}&limit=100")
  if [[ $found == *"\"${product}\""* ]]; then
    printf 'the product %s exists\n' "$product"
  elif make "the product ${product}"; then
    stripe POST products --data-urlencode "id=${product}" --data-urlencode "name=StreamVibe ${name}" \
      --data-urlencode "metadata[streamvibe_tier]=${slug}" --header "Idempotency-Key: setup-${product}" >/dev/null
  fi
  found=$(stripe GET "prices?lookup_keys%5B%5D=${lookup}&active=true&limit=1")
  if [[ $found == *"\"${lookup}\""* ]]; then
    printf 'the price %s (%s) exists\n' "$lookup" "$(printf '%s' "$found" | first | member id)"
  elif make "the price ${lookup}: ${amount} ${currency} a month"; then
    stripe POST prices --data-urlencode "product=${product}" --data-urlencode "currency=${currency}" \
      --data-urlencode "unit_amount=${amount}" --data-urlencode 'recurring[interval]=month' \
      --data-urlencode "lookup_key=${lookup}" --data-urlencode "metadata[streamvibe_tier]=${slug}" >/dev/null
  fi
}

plan basic Basic "$basic"
plan premium Premium "$premium"

events=(checkout.session.completed checkout.session.async_payment_succeeded checkout.session.async_payment_failed
  checkout.session.expired customer.created customer.updated customer.deleted customer.subscription.created
  customer.subscription.updated customer.subscription.deleted customer.subscription.paused customer.subscription.resumed
  customer.subscription.trial_will_end invoice.paid invoice.payment_failed invoice.payment_action_required
  invoice.voided invoice.marked_uncollectible charge.refunded charge.dispute.created charge.dispute.closed
  product.updated product.deleted price.created price.updated price.deleted)
found=$(stripe GET 'webhook_endpoints?limit=100')
if [[ $found == *"\"${endpoint}\""* ]]; then
  printf 'the webhook endpoint %s exists; its secret is in the dashboard\n' "$endpoint"
elif make "the webhook endpoint ${endpoint}"; then
  wanted=()
  for event in "${events[@]}"; do wanted+=(--data-urlencode "enabled_events[]=${event}"); done
  made=$(stripe POST webhook_endpoints --data-urlencode "url=${endpoint}" --data-urlencode 'description=StreamVibe' "${wanted[@]}")
  printf 'STRIPE_WEBHOOK_SECRET=%s\n' "$(printf '%s' "$made" | member secret)"
fi
