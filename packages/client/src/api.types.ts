/** Generated from docs/openapi.json (`deno task generate`). */
export interface paths {
  "/functions/v1/ai-generate-tags": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Suggests texts and tags for an item */
    post: operations["ai-generate-tags"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/apply-ai-suggestion": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Applies selected fields of a suggestion */
    post: operations["apply-ai-suggestion"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/auth-profile-setup": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sets up the caller's profile */
    post: operations["auth-profile-setup"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/billing-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the caller's plan, its price, and what happens next */
    get: operations["billing-status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/browse-categories": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the categories */
    get: operations["browse-categories"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/browse-content": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists public items, newest first */
    get: operations["browse-content"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/browse-creators": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists public creators */
    get: operations["browse-creators"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/cancel-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancels a post on the accounts to which it has not been sent */
    post: operations["cancel-post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/check-seo-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Checks the status of submissions */
    post: operations["check-seo-status"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/connect-search-engine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Connects the caller's site to a search engine */
    post: operations["connect-search-engine"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/create-checkout-session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts a subscription to a plan */
    post: operations["create-checkout-session"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/create-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts the upload of a picture or video */
    post: operations["create-media"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/create-portal-session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Returns the page where the caller manages their subscription */
    post: operations["create-portal-session"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/create-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates a post for several accounts, as a draft or to be published */
    post: operations["create-post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/data-deletion-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the state of a request to erase a person's data */
    get: operations["data-deletion-status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/delete-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deletes a picture or video */
    post: operations["delete-media"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/delete-my-account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deletes the caller and all of their data */
    post: operations["delete-my-account"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/delete-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deletes a webhook endpoint */
    post: operations["delete-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/disconnect-account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Disconnects an account and keeps its content */
    post: operations["disconnect-account"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/erase-accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Continues the deletion of users who requested it */
    post: operations["erase-accounts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/export-my-data": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Exports everything that StreamVibe stores about the caller, as JSON lines */
    get: operations["export-my-data"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/feed-home": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the caller's feed, with the reasons for each item */
    get: operations["feed-home"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/feed-profile": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a creator's feed, with the reasons for each item */
    get: operations["feed-profile"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/finish-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Completes the upload of a picture or video */
    post: operations["finish-media"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/follow": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Follows or unfollows a creator or a category */
    post: operations["follow"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-ai-costs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns what suggestions cost, by day and model */
    get: operations["get-ai-costs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-click-stats": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns clicks on the caller's own items, and followers of their accounts */
    get: operations["get-click-stats"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-content-detail": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a public item and related items */
    get: operations["get-content-detail"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-creator-by-slug": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a public creator's page */
    get: operations["get-creator-by-slug"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a picture or video, with a download URL */
    get: operations["get-media"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a post and its result on each account */
    get: operations["get-post"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-seo-metadata": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the head tags of a public item's or creator's page */
    get: operations["get-seo-metadata"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-seo-overview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the results of the caller's submissions, by search engine */
    get: operations["get-seo-overview"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/get-trending": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists trending items */
    get: operations["get-trending"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns whether the service is healthy */
    get: operations["health"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/indexnow-key": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the key that the public site shows to IndexNow */
    get: operations["indexnow-key"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/job-processor": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Runs waiting jobs */
    post: operations["job-processor"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/job-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns progress and result of a job */
    get: operations["job-status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/list-follows": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what the caller follows or has muted */
    get: operations["list-follows"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/list-posts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's posts, newest first */
    get: operations["list-posts"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/list-publishing-problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists posts that failed or whose outcome is unknown */
    get: operations["list-publishing-problems"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/list-webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's webhook endpoints and their last deliveries */
    get: operations["list-webhooks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/log-usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stores usage events of an app */
    post: operations["log-usage"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/mcp": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Serves tools to creators' agents (Model Context Protocol) */
    post: operations["mcp"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/meta-data-deletion": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Receives requests from Instagram and Facebook to erase a person's data */
    post: operations["meta-data-deletion"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/meta-deauthorize": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Receives reports from Instagram and Facebook that a person removed the app */
    post: operations["meta-deauthorize"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/meta-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Answers the sender's verification request */
    get: operations["meta-webhook-challenge"];
    put?: never;
    /** Receives reports about accounts and Pages from Instagram and Facebook */
    post: operations["meta-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns metrics of requests and jobs for Prometheus */
    get: operations["metrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/mute": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Mutes or unmutes a creator, a category or an item in the caller's feeds */
    post: operations["mute"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-facebook-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting a Facebook Page */
    post: operations["oauth-facebook-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-facebook-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting a Facebook Page */
    post: operations["oauth-facebook-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-instagram-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting an Instagram account */
    post: operations["oauth-instagram-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-instagram-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting an Instagram account */
    post: operations["oauth-instagram-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-search-console-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting a site in Google Search Console */
    post: operations["oauth-search-console-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-search-console-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting a site in Google Search Console */
    post: operations["oauth-search-console-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-tiktok-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting a TikTok account */
    post: operations["oauth-tiktok-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-tiktok-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting a TikTok account */
    post: operations["oauth-tiktok-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-twitter-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting an X account */
    post: operations["oauth-twitter-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-twitter-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting an X account */
    post: operations["oauth-twitter-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-youtube-callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Finishes connecting a YouTube channel */
    post: operations["oauth-youtube-callback"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/oauth-youtube-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts connecting a YouTube channel */
    post: operations["oauth-youtube-init"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/process-auto-sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs accounts whose automatic sync is due */
    post: operations["process-auto-sync"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/process-stripe-events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Processes pending Stripe events and reconciles customers */
    post: operations["process-stripe-events"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/publish-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Publishes a post, now or at a given time */
    post: operations["publish-post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/refresh-oauth-tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Refreshes tokens that are about to expire */
    post: operations["refresh-oauth-tokens"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/refresh-sitemap": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renders parts of the sitemap in advance */
    post: operations["refresh-sitemap"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/robots": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the robots.txt of the public site */
    get: operations["robots"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/save-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds or changes a webhook endpoint */
    post: operations["save-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/search-content": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Searches public items */
    get: operations["search-content"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/search-creators": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Searches public creators */
    get: operations["search-creators"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/send-alerts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends alerts to Slack, email and a webhook */
    post: operations["send-alerts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/send-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a test, or resends a delivery */
    post: operations["send-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/settle-publishing-problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Settles posts that failed or whose outcome is unknown */
    post: operations["settle-publishing-problems"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sitemap": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the sitemap of the public site: its index, or one page */
    get: operations["sitemap"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/stripe-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Receives events from Stripe */
    post: operations["stripe-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/submit-to-seo": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Submits items to search engines */
    post: operations["submit-to-seo"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sync-facebook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs a page of a Facebook Page */
    post: operations["sync-facebook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sync-instagram": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs a page of an Instagram account */
    post: operations["sync-instagram"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sync-tiktok": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs a page of a TikTok account */
    post: operations["sync-tiktok"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sync-twitter": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs a page of an X account */
    post: operations["sync-twitter"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/sync-youtube": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Syncs a page of a YouTube channel */
    post: operations["sync-youtube"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/thumbnail": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Redirects to the picture of a public item */
    get: operations["thumbnail"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/tiktok-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Receives reports from TikTok */
    post: operations["tiktok-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/track-click": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Records a click on a public item */
    post: operations["track-click"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/update-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replaces a draft or a scheduled post */
    post: operations["update-post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/update-trending-keywords": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Rebuilds the trending keywords */
    post: operations["update-trending-keywords"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/validate-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Returns everything that is wrong with a post before it is sent */
    post: operations["validate-post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/validate-seo": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns what an item lacks for rich results, and how to fix it */
    get: operations["validate-seo"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/verify-search-engine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Verifies that a site belongs to the caller */
    post: operations["verify-search-engine"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/functions/v1/youtube-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Answers the sender's verification request */
    get: operations["youtube-webhook-challenge"];
    put?: never;
    /** Receives reports about channels from YouTube's hub */
    post: operations["youtube-webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/account_status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads account_status */
    get: operations["list_account_status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/ai_model": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads ai_model */
    get: operations["list_ai_model"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/ai_provider": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads ai_provider */
    get: operations["list_ai_provider"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/ai_suggestion": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads ai_suggestion */
    get: operations["list_ai_suggestion"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of ai_suggestion */
    patch: operations["update_ai_suggestion"];
    trace?: never;
  };
  "/rest/v1/ai_suggestion_application": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads ai_suggestion_application */
    get: operations["list_ai_suggestion_application"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/ai_usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads ai_usage */
    get: operations["list_ai_usage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/audit_log": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads audit_log */
    get: operations["list_audit_log"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_category": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_category */
    get: operations["list_content_category"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_click": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_click */
    get: operations["list_content_click"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_item": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_item */
    get: operations["list_content_item"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of content_item */
    patch: operations["update_content_item"];
    trace?: never;
  };
  "/rest/v1/content_media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_media */
    get: operations["list_content_media"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_revision": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_revision */
    get: operations["list_content_revision"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_tag": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_tag */
    get: operations["list_content_tag"];
    put?: never;
    /** Adds to content_tag */
    post: operations["create_content_tag"];
    /** Deletes rows of content_tag */
    delete: operations["delete_content_tag"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/content_type": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads content_type */
    get: operations["list_content_type"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/featured_creator": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads featured_creator */
    get: operations["list_featured_creator"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/job_log": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads job_log */
    get: operations["list_job_log"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/job_queue": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads job_queue */
    get: operations["list_job_queue"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/job_type": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads job_type */
    get: operations["list_job_type"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/notification": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads notification */
    get: operations["list_notification"];
    put?: never;
    post?: never;
    /** Deletes rows of notification */
    delete: operations["delete_notification"];
    options?: never;
    head?: never;
    /** Changes rows of notification */
    patch: operations["update_notification"];
    trace?: never;
  };
  "/rest/v1/platform": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads platform */
    get: operations["list_platform"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/platform_connection": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads platform_connection */
    get: operations["list_platform_connection"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads post */
    get: operations["list_post"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/post_media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads post_media */
    get: operations["list_post_media"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/post_target": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads post_target */
    get: operations["list_post_target"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/publish_attempt": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads publish_attempt */
    get: operations["list_publish_attempt"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/quota_usage_history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads quota_usage_history */
    get: operations["list_quota_usage_history"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_cancel_jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancels jobs that have not ended, at most 1,000 per call
     * @description Cancels jobs that have not ended, at most 1,000 per call. Admins only. Returns how many. Recorded in the audit log.
     */
    post: operations["rpc_admin_cancel_jobs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_check_billing": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Has a user's billing state fetched from Stripe within a minute
     * @description Has a user's billing state fetched from Stripe within a minute. Admins only. Recorded in the audit log.
     */
    post: operations["rpc_admin_check_billing"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_get_database": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: size of the database, connections, buffer cache hits and reads (since the statistics were reset), and the largest tables.
     */
    post: operations["rpc_admin_get_database"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_get_job": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: one job with its result, lease and the last 200 entries of its log.
     */
    post: operations["rpc_admin_get_job"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Staff
     * @description Staff: connected accounts with their connection and sync, newest first. Filters: id, user_id, platform, status, attention (has a problem).
     */
    post: operations["rpc_admin_list_accounts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_ai_costs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: the highest AI spenders of a month, and the month by model and by day. Filters: month (a day in it), user_id.
     */
    post: operations["rpc_admin_list_ai_costs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_alerts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Staff
     * @description Staff: alert events with their delivery state, newest first; current alerts; the rules. Filter: alert.
     */
    post: operations["rpc_admin_list_alerts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_audit_log": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: who did what, newest first. Filters: user_id (the affected user), actor_id, action (a prefix, such as job), before.
     */
    post: operations["rpc_admin_list_audit_log"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_content": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Staff
     * @description Staff: items that moderators have hidden, the most recent first. Filter: id (that item, hidden or not).
     */
    post: operations["rpc_admin_list_content"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_cron_runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: runs of scheduled jobs, newest first, and the state of each job (jobs). Filters: job, status.
     */
    post: operations["rpc_admin_list_cron_runs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_dead_letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: jobs that failed permanently, newest first, and the number of jobs per error among the latest 1,000. Filters: handler, error_code, user_id.
     */
    post: operations["rpc_admin_list_dead_letters"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_http_calls": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: calls from cron to functions and their outcome, newest first. Filters: function, outcome (ok, failed, missing, waiting).
     */
    post: operations["rpc_admin_list_http_calls"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_job_types": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: each job handler with its waiting and running jobs (counted over the first 20,000 open jobs), dead letters, the last hour, and durations among the latest 5,000 jobs.
     */
    post: operations["rpc_admin_list_job_types"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: jobs, newest first. Filters: status, handler, job_type, user_id, error_code, request_id, before (a time). Without a matching index, a call scans 10,000 jobs: a page may then hold fewer rows than requested, even none, and next_cursor continues from there.
     */
    post: operations["rpc_admin_list_jobs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_provider_quotas": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: the quota windows of whole apps at each platform with the time when they will be used up at the current pace (apps), the outcome of calls (calls), and as items the windows of single accounts. Filters: provider, closed.
     */
    post: operations["rpc_admin_list_provider_quotas"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_slow_queries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: statistics from pg_stat_statements since its last reset, ordered by total, mean or max time, calls or rows. Values in the queries are placeholders.
     */
    post: operations["rpc_admin_list_slow_queries"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_subscriptions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: subscriptions with plan, usage and the state from Stripe, and the number of subscribers per plan. Filters: tier, status, user_id.
     */
    post: operations["rpc_admin_list_subscriptions"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Staff
     * @description Staff: users, newest first. staff_access: the networks from which staff may act, null: any network. Filters: search (id, profile slug, or the prefix of an e-mail address), role, tier, hidden.
     */
    post: operations["rpc_admin_list_users"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_list_webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Admins
     * @description Admins: Stripe events (direction in, newest first; filter status), or deliveries waiting for creators' endpoints (out, the longest due first; filter user_id), and the failing endpoints.
     */
    post: operations["rpc_admin_list_webhooks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_overview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Staff
     * @description Staff: current problems, where they are, and the current load. history: the counter values in each minute of the last hour.
     */
    post: operations["rpc_admin_overview"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_retry_webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Has a Stripe event processed (in) or a delivery to a creator's endpoint sent (out) within a minute
     * @description Has a Stripe event processed (in) or a delivery to a creator's endpoint sent (out) within a minute. Admins only. Recorded in the audit log.
     */
    post: operations["rpc_admin_retry_webhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_settle_dead_letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retries or discards all dead letters of one handler (and error, if given), the oldest first, at most 1,000 per call
     * @description Retries or discards all dead letters of one handler (and error, if given), the oldest first, at most 1,000 per call. Admins only. Returns how many: repeat until it is zero. Recorded in the audit log.
     */
    post: operations["rpc_admin_settle_dead_letters"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/admin_sync_account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Makes an automatically synced account due now
     * @description Makes an automatically synced account due now: it is synced within five minutes if its owner's quota allows. Admins only. Recorded in the audit log.
     */
    post: operations["rpc_admin_sync_account"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/apply_ai_suggestion": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Applies fields of one of the caller's suggestions to its item, as an edit by the caller
     * @description Applies fields of one of the caller's suggestions to its item, as an edit by the caller; a preview only returns the changes. Choices are the numbers of the title and the description, from 0.
     */
    post: operations["rpc_apply_ai_suggestion"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/calculate_trend_score": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns a score from totals that needs no update as time passes
     * @description Returns a score from totals that needs no update as time passes: ten times the views weigh as much as twelve and a half hours. A click counts as twenty views. For comparing items; the lists rank by growth, see ops.refresh_trending().
     */
    post: operations["rpc_calculate_trend_score"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/cancel_job": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancels a job that has not ended
     * @description Cancels a job that has not ended; later calls of its worker have no effect. Returns false if the job has ended or belongs to another user. The service may omit the user.
     */
    post: operations["rpc_cancel_job"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/check_quota": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns whether a unit is left
     * @description Returns whether a unit is left: sync, ai_analysis or seo_submission. Reserves nothing; work that uses a unit calls increment_quota, which also checks the limit.
     */
    post: operations["rpc_check_quota"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/choose_active_accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a creator with more accounts than the plan allows choose which stay active
     * @description Lets a creator with more accounts than the plan allows choose which stay active; the others are paused and keep their content. Returns the number of active accounts.
     */
    post: operations["rpc_choose_active_accounts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/create_job": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Queues a job by the name of a handler (sync_youtube) or of a category (platform_sync)
     * @description Queues a job by the name of a handler (sync_youtube) or of a category (platform_sync). Returns an equal job instead if one is in progress or was created in the last minutes. At most 10 jobs in progress per user (SVJ01). A type that is unknown or has no handler yet raises SVG01.
     */
    post: operations["rpc_create_job"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/discard_dead_letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Removes dead letters from the list
     * @description Removes dead letters from the list. Admins only. The jobs stay failed, and are deleted after the retention of their type. Returns how many were removed. Recorded in the audit log.
     */
    post: operations["rpc_discard_dead_letters"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/feature_creator": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets moderators and admins show a public creator first, in a given order and until a given time, or stop doing so
     * @description Lets moderators and admins show a public creator first, in a given order and until a given time, or stop doing so. Writes to the audit log.
     */
    post: operations["rpc_feature_creator"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/feed_fusion_home": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns a page of the caller's home feed
     * @description Returns a page of the caller's home feed: content of followed creators and categories, trending and new content, fused by reciprocal rank (k = 60), four followed items for each other item. The edge function feed-home returns the same from a cache.
     */
    post: operations["rpc_feed_fusion_home"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/feed_fusion_profile": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns a page of a creator's feed
     * @description Returns a page of a creator's feed: pinned, trending, popular and new items, fused by reciprocal rank (k = 60). The edge function feed-profile returns the same from a cache.
     */
    post: operations["rpc_feed_fusion_profile"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/find_or_create_job": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Like create_job, but also returns a job that ended within its type's cache time, with its result
     * @description Like create_job, but also returns a job that ended within its type's cache time, with its result. Any number of equal concurrent calls create one job.
     */
    post: operations["rpc_find_or_create_job"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/find_users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets moderators and admins find a person by exact e-mail, profile slug or id
     * @description Lets moderators and admins find a person by exact e-mail, profile slug or id.
     */
    post: operations["rpc_find_users"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/generate_profile_slug": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns a free slug for a name, as setup_profile() assigns it
     * @description Returns a free slug for a name, as setup_profile() assigns it: tech-gaming-channel, with a number when it is taken.
     */
    post: operations["rpc_generate_profile_slug"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_ai_costs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the caller's own costs by day and model, for charts, and how the suggestions of each model were used
     * @description Returns the caller's own costs by day and model, for charts, and how the suggestions of each model were used.
     */
    post: operations["rpc_get_ai_costs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_cached_job_result": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the result of an equal job that ended recently
     * @description Returns the result of an equal job that ended recently; by default within its type's cache time. Row policies decide who can see it.
     */
    post: operations["rpc_get_cached_job_result"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_change_horizon": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns a time before which no row can still become visible
     * @description Returns a time before which no row can still become visible: rows are stamped with the start of their transaction. A client that reads a list from that time misses nothing (docs/realtime.md).
     */
    post: operations["rpc_get_change_horizon"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_click_stats": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the clicks on the caller's own items by day (UTC), by referrer host and by country, as far as they are rolled up (a delay of at most a minute)
     * @description Returns the clicks on the caller's own items by day (UTC), by referrer host and by country, as far as they are rolled up (a delay of at most a minute): {total_clicks, by_day, by_referrer, by_country, followers_by_day}. followers_by_day: the followers of each account after the last sync of the day; null when p_content_id is given.
     */
    post: operations["rpc_get_click_stats"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_job_logs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the log of a job in order, at most 1,000 entries
     * @description Returns the log of a job in order, at most 1,000 entries. Row policies decide who can see them.
     */
    post: operations["rpc_get_job_logs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_job_queue_stats": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the number of jobs by type and status, for one user, or for all users in the last seven days (service only)
     * @description Returns the number of jobs by type and status, for one user, or for all users in the last seven days (service only).
     */
    post: operations["rpc_get_job_queue_stats"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_rpc_stats": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * For admins
     * @description For admins: returns calls by function, by hour (p_by) or both: [{function, hour, count, errors, error_rate, cached, hits, hit_rate, mean_ms, p50_ms, p95_ms, p99_ms}], computed from the histograms; whole hours.
     */
    post: operations["rpc_get_rpc_stats"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_seo_check": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns an item of the caller, to check what search engines see of it
     * @description Returns an item of the caller, to check what search engines see of it: {item, obstacles}. Obstacles are the reasons why visitors cannot see it.
     */
    post: operations["rpc_get_seo_check"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_seo_overview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns for the caller and each engine
     * @description Returns for the caller and each engine: the site, how many of the latest counts_of_latest submissions are in each status and why, the remaining quotas, the last run; also the plan's quota and the mode.
     */
    post: operations["rpc_get_seo_overview"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_usage_stats": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * For admins
     * @description For admins: returns events by day (UTC): [{day, event, count, people, sessions}], the latest day first, at most 1,000 rows. Starts at the beginning of the first day; whole hours.
     */
    post: operations["rpc_get_usage_stats"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/get_user_jobs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the jobs of a user, newest first
     * @description Returns the jobs of a user, newest first. Row policies decide who can see them.
     */
    post: operations["rpc_get_user_jobs"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/has_role": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns whether a person has a role
     * @description Returns whether a person has a role. People may ask only about themselves, the service about everybody.
     */
    post: operations["rpc_has_role"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/list_dead_letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lists the jobs whose last attempt failed, newest first
     * @description Lists the jobs whose last attempt failed, newest first. Admins only.
     */
    post: operations["rpc_list_dead_letters"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/list_publishing_problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lists the dead letters of publishing
     * @description Lists the dead letters of publishing: targets that failed or whose outcome is unknown, with who has to act (creator, operator, nobody) and every call. A user's own; for all users (null), admins and the service only.
     */
    post: operations["rpc_list_publishing_problems"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/list_slow_calls": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * For admins
     * @description For admins: returns the slowest sampled calls: [{function, user_id, status, duration_ms, db_ms, cache, observed_at}].
     */
    post: operations["rpc_list_slow_calls"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/log_usage_event_v2": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stores one event of the signed-in user
     * @description Stores one event of the signed-in user: a code, and properties that are numbers, booleans or codes. For batches use the edge function log-usage.
     */
    post: operations["rpc_log_usage_event_v2"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/pause_job_type": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pauses a handler or a category
     * @description Pauses a handler or a category. Admins only. Jobs can still be created and wait; running jobs continue. Returns how many jobs were held back. Recorded in the audit log.
     */
    post: operations["rpc_pause_job_type"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/pin_content": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sets the items that the caller's own page shows first, in this order, at most 12
     * @description Sets the items that the caller's own page shows first, in this order, at most 12; replaces the previous ones. Ignores items of others. Returns the number of pinned items.
     */
    post: operations["rpc_pin_content"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/resume_job_type": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resumes a handler or a category
     * @description Resumes a handler or a category. Admins only. Returns how many jobs were waiting for it. Recorded in the audit log.
     */
    post: operations["rpc_resume_job_type"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/retry_dead_letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Requeues dead letters with all their attempts
     * @description Requeues dead letters with all their attempts. Admins only. Returns how many were requeued. Recorded in the audit log.
     */
    post: operations["rpc_retry_dead_letters"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/search_library": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Searches the caller's own library
     * @description Searches the caller's own library: words (websearch syntax; case, accents and compatibility forms ignored), then titles that contain or resemble the query and contain no excluded word. p_tags: only items that have all of these tags, or all of these hashtags.
     */
    post: operations["rpc_search_library"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_ai_key": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stores the caller's own key for a provider in Vault
     * @description Stores the caller's own key for a provider in Vault; null removes it. It can never be read back. Returns whether a key is stored now.
     */
    post: operations["rpc_set_ai_key"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_content_hidden": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets moderators and admins hide an item from public view, or show it again
     * @description Lets moderators and admins hide an item from public view, or show it again. Writes to the audit log.
     */
    post: operations["rpc_set_content_hidden"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_creator_hidden": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets moderators and admins hide a creator from public view, or show them again
     * @description Lets moderators and admins hide a creator from public view, or show them again. Writes to the audit log.
     */
    post: operations["rpc_set_creator_hidden"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_feed_preference": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Follows, unfollows, mutes or unmutes (p_choice) a creator or a category, or mutes or unmutes an item
     * @description Follows, unfollows, mutes or unmutes (p_choice) a creator or a category, or mutes or unmutes an item. Idempotent. Returns {is_followed, is_muted, followers, following}.
     */
    post: operations["rpc_set_feed_preference"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_seo_mode": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * auto
     * @description auto: everything that the caller publishes or changes from now on is submitted to search engines; manual: on request; disabled: nothing.
     */
    post: operations["rpc_set_seo_mode"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_staff_access": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Restricts staff functions to networks such as 203.0.113.0/24 (none
     * @description Restricts staff functions to networks such as 203.0.113.0/24 (none: any network). Admins only. A list without the caller's own address is refused. Recorded in the audit log.
     */
    post: operations["rpc_set_staff_access"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_user_plan": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets admins change a person's plan
     * @description Lets admins change a person's plan; its limits apply at once, the usage stays. Writes to the audit log.
     */
    post: operations["rpc_set_user_plan"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/set_user_role": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets admins grant and revoke roles
     * @description Lets admins grant and revoke roles; the last admin cannot be revoked. Writes to the audit log.
     */
    post: operations["rpc_set_user_role"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/settle_publishing_problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Settles dead letters of publishing, many at once
     * @description Settles dead letters of publishing, many at once: retry (for an unknown one this states that it was not published), discard, or published (it was published). Users settle their own, admins anybody's (null). Returns how many. Recorded in the audit log.
     */
    post: operations["rpc_settle_publishing_problems"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/silence_alert": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Suppresses the reminders of an alert until a time (null
     * @description Suppresses the reminders of an alert until a time (null: remind again). Admins only. The resolved message is sent regardless. Recorded in the audit log.
     */
    post: operations["rpc_silence_alert"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/rpc/undo_ai_application": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Restores what an application of the caller's changed, except for fields that were edited since
     * @description Restores what an application of the caller's changed, except for fields that were edited since.
     */
    post: operations["rpc_undo_ai_application"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/search_engine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads search_engine */
    get: operations["list_search_engine"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/seo_connection": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads seo_connection */
    get: operations["list_seo_connection"];
    put?: never;
    post?: never;
    /** Deletes rows of seo_connection */
    delete: operations["delete_seo_connection"];
    options?: never;
    head?: never;
    /** Changes rows of seo_connection */
    patch: operations["update_seo_connection"];
    trace?: never;
  };
  "/rest/v1/seo_submission": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads seo_submission */
    get: operations["list_seo_submission"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/seo_usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads seo_usage */
    get: operations["list_seo_usage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/social_account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads social_account */
    get: operations["list_social_account"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of social_account */
    patch: operations["update_social_account"];
    trace?: never;
  };
  "/rest/v1/stripe_webhook_events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads stripe_webhook_events */
    get: operations["list_stripe_webhook_events"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/subscription": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads subscription */
    get: operations["list_subscription"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/subscription_status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads subscription_status */
    get: operations["list_subscription_status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/subscription_tier": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads subscription_tier */
    get: operations["list_subscription_tier"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/trending_content": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads trending_content */
    get: operations["list_trending_content"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/trending_keyword": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads trending_keyword */
    get: operations["list_trending_keyword"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/user_ai_setting": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads user_ai_setting */
    get: operations["list_user_ai_setting"];
    put?: never;
    /** Adds to user_ai_setting */
    post: operations["create_user_ai_setting"];
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of user_ai_setting */
    patch: operations["update_user_ai_setting"];
    trace?: never;
  };
  "/rest/v1/user_role": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads user_role */
    get: operations["list_user_role"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rest/v1/user_setting": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads user_setting */
    get: operations["list_user_setting"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of user_setting */
    patch: operations["update_user_setting"];
    trace?: never;
  };
  "/rest/v1/users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads users */
    get: operations["list_users"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Changes rows of users */
    patch: operations["update_users"];
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description The states of a connected account. */
    account_status: {
      description: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      slug: string;
      sort_order: number;
    };
    /** @description The models that can be used. A new model needs a row here and a row in ops.ai_price. */
    ai_model: {
      context_tokens: number;
      /** Format: date-time */
      created_at: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      /** @description US cents; a copy of the current price, see ops.ai_price. Null: unknown. */
      input_cost_per_1k_tokens: number | null;
      is_default: boolean;
      max_output_tokens: number;
      output_cost_per_1k_tokens: number | null;
      /** Format: uuid */
      provider_id: string;
      /** Format: uuid */
      replaced_by: string | null;
      /**
       * Format: date-time
       * @description From then on the provider refuses the model, and replaced_by is used instead.
       */
      retired_at: string | null;
      /** @description The name of the model in the provider's API. */
      slug: string;
      /** Format: date-time */
      updated_at: string;
    };
    /** @description The services that run models; the code has an adapter for each slug. */
    ai_provider: {
      /** Format: date-time */
      created_at: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      slug: string;
      sort_order: number;
      /** Format: date-time */
      updated_at: string;
    };
    /** @description What a model suggested for an item, after validation. Published by Realtime: the owner may see every column. */
    ai_suggestion: {
      /** Format: uuid */
      content_item_id: string;
      /** Format: date-time */
      created_at: string;
      /** @description How the creator used it; set when it is applied, edited or undone, or by the creator. */
      feedback: string | null;
      /** @description Hash of the item's texts and of the creator's settings: a repeated request gets this row as its response. */
      fingerprint: string;
      /** Format: uuid */
      id: string;
      /**
       * Format: uuid
       * @description The model that answered; differs from requested_model_id when that model failed.
       */
      model_id: string;
      /** Format: uuid */
      requested_model_id: string;
      /** @description The parts of the score: name, points, of, advice. */
      seo_parts: unknown;
      seo_score: number;
      suggested_category: string | null;
      suggested_descriptions: string[];
      suggested_hashtags: string[];
      suggested_tags: string[];
      suggested_titles: string[];
      /** @description US cents of all calls that it took, including failed ones. Null: a price is unknown. */
      total_cost_cents: number | null;
      trending_keywords: string[];
      /** @description The parts of the score: name, points, of, advice. */
      trending_parts: unknown;
      trending_score: number;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
      was_repaired: boolean;
    };
    /** @description Records that a creator applied fields of a suggestion, and their previous values. */
    ai_suggestion_application: {
      after: unknown;
      /** Format: date-time */
      applied_at: string;
      before: unknown;
      /** Format: uuid */
      content_item_id: string;
      fields: string[];
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      suggestion_id: string;
      /** Format: date-time */
      undone_at: string | null;
      /** Format: uuid */
      user_id: string;
    };
    /** @description The ledger: one row for each call of a model, including calls without a result. Rows never change except for suggestion_id. */
    ai_usage: {
      /** Format: date-time */
      billing_cycle_end: string;
      /** Format: date-time */
      billing_cycle_start: string;
      cache_write_1h_tokens: number;
      cache_write_tokens: number;
      cached_tokens: number;
      /** @description All output tokens, including thoughts. */
      completion_tokens: number;
      /** Format: uuid */
      content_item_id: string | null;
      /** @description US cents, not rounded, at the price valid at the time of the call. Null: the price is unknown. */
      cost_cents: number | null;
      /** Format: date-time */
      created_at: string;
      duration_ms: number | null;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** @description The provider may have charged, but did not report the tokens: these are the maximum that was reserved. */
      is_estimated: boolean;
      /** @description The call used the creator's own key, and the creator pays the provider. */
      is_own_key: boolean;
      /** Format: uuid */
      model_id: string;
      operation_type: string;
      /** @description valid, or what was wrong with the response. */
      outcome: string;
      /** @description All input tokens: plain, read from the provider's cache, and written to it. */
      prompt_tokens: number;
      /** Format: uuid */
      suggestion_id: string | null;
      thought_tokens: number;
      /** Format: uuid */
      user_id: string;
    };
    /** @description Security-relevant actions and who did them. Append-only. Admins read it. */
    audit_log: {
      action: string;
      /**
       * Format: uuid
       * @description The person who did it; null for the service. No foreign key: the log outlives the person.
       */
      actor_id: string | null;
      /** Format: date-time */
      created_at: string;
      details: unknown;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      request_id: string | null;
      /**
       * Format: uuid
       * @description The person it concerns. No foreign key, for the same reason.
       */
      user_id: string | null;
    };
    /** @description The categories of items and creators, in the order in which visitors see them. */
    content_category: {
      code: string;
      description: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      sort_order: number;
    };
    /** @description One row per click, appended and never changed. There is one partition per month in schema ops; ops.keep_click_partitions() creates and drops them. */
    content_click: {
      /** Format: date-time */
      clicked_at: string;
      /**
       * Format: uuid
       * @description No foreign key: checking it would lock the item's row for every click. The trigger checks that the item exists.
       */
      content_id: string;
      /** @description ISO 3166-1, when the platform's own proxy reports it. */
      country: string | null;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** @description False for bots and prefetches, which are recorded separately. */
      is_counted: boolean;
      /** @description The search query that led here. */
      query: string | null;
      /** @description Host of the referrer; null for a direct visit. */
      referrer_host: string | null;
      /** @description The class of the visitor's program; the trigger reduces every inserted value to its class. */
      user_agent: string | null;
    };
    /** @description What a creator has published on any platform. Published by Realtime: the owner may see every column. */
    content_item: {
      category_code: string | null;
      /** @description Where category_code comes from: the creator (always wins), the AI, the platform's category, the tags, or the creator's profile. */
      category_source: string | null;
      /**
       * Format: date-time
       * @description When the visible content of its page last changed; reported to search engines. Counters, clicks and new signatures of its picture do not count.
       */
      changed_at: string;
      /** Format: int64 */
      comments_count: number;
      content_type: string;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description Soft delete, by the creator or because the item vanished. Queries leave these rows out.
       */
      deleted_at: string | null;
      deleted_by: string | null;
      description: string;
      duration_seconds: number | null;
      hashtags: string[];
      /**
       * Format: date-time
       * @description When a moderator hid the item from public view; see set_content_hidden().
       */
      hidden_at: string | null;
      hidden_reason: string | null;
      /** Format: uuid */
      id: string;
      language: string | null;
      /** Format: int64 */
      likes_count: number;
      /** @description Data that only this platform has. */
      metadata: unknown;
      permalink: string | null;
      /** @description The category as the platform names it. StreamVibe's own category is in category_code. */
      platform_category: string | null;
      platform_content_id: string;
      /** Format: date-time */
      published_at: string;
      /** @description The title has weight A, tags and hashtags B, the description C. */
      search_vector: string | null;
      /** Format: int64 */
      shares_count: number;
      /** Format: uuid */
      social_account_id: string;
      /** @description SHA-256 of the texts as the platform last returned them. A sync overwrites texts only when this changes, so creators' edits stay. */
      source_hash: string | null;
      tags: string[];
      thumbnail_url: string | null;
      title: string;
      /**
       * Format: int64
       * @description Clicks counted by StreamVibe, not by the platform.
       */
      total_clicks: number;
      /** Format: date-time */
      updated_at: string;
      /**
       * Format: uuid
       * @description The account's owner, repeated here so that policies and indexes need no join.
       */
      user_id: string;
      /**
       * Format: date-time
       * @description When a sync found that the platform no longer has the item.
       */
      vanished_at: string | null;
      /** Format: int64 */
      views_count: number;
      /** @enum {string} */
      visibility: "public" | "private" | "unlisted";
    };
    /** @description The pictures and videos of an item that has several, in the creator's order. An item with a single part has no rows here. */
    content_media: {
      alt_text: string | null;
      /** Format: uuid */
      content_id: string;
      /** Format: date-time */
      created_at: string;
      duration_seconds: number | null;
      height: number | null;
      kind: string;
      platform_media_id: string | null;
      position: number;
      thumbnail_url: string | null;
      /** Format: date-time */
      updated_at: string;
      /** @description As returned by the platform: most URLs are signed and expire after hours or days, so every sync that finds one half a day old renews it. */
      url: string | null;
      /**
       * Format: uuid
       * @description The item's owner, repeated here so that the policy needs no join.
       */
      user_id: string;
      width: number | null;
    };
    /** @description The values of an item before each change of its title, description, tags or thumbnail. Written only by a trigger. */
    content_revision: {
      /**
       * Format: uuid
       * @description The person who made the edit. No foreign key: the history outlives a moderator.
       */
      changed_by: string | null;
      changed_fields: string[];
      /** Format: uuid */
      content_item_id: string;
      /** Format: date-time */
      created_at: string;
      description: string;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** @description sync: the platform's text changed; creator: edited through the API; service: anything else. */
      source: string;
      tags: string[];
      thumbnail_url: string | null;
      /** @description The value before the change, as are the other three. */
      title: string;
      /**
       * Format: uuid
       * @description The item's owner, for the policy.
       */
      user_id: string;
    };
    /** @description Tags of items from every source, folded, so that equal tags compare as equal. The item's own arrays stay as they were written. */
    content_tag: {
      /** @description 0 to 1; tags from a platform or a creator have 1. */
      confidence_score: number;
      /** Format: uuid */
      content_id: string;
      /** Format: date-time */
      created_at: string;
      source: string;
      tag: string;
      tag_type: string;
    };
    /** @description The forms that content takes across platforms. */
    content_type: {
      description: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      slug: string;
      sort_order: number;
    };
    /** @description An error of the Data API. What StreamVibe's functions raise: SVG01 bad_request (the request cannot be understood), SVG02 forbidden (this is not allowed), SVG03 not_found (not found), SVG04 lease_lost (another worker has taken over), SVQ01 quota_exceeded (the plan's quota is used up), SVO01 oauth_state_invalid (the sign-in attempt is unknown, used or too old), SVC01 account_disconnected (the account is disconnected), SVC02 lease_lost (another worker has taken over), SVS01 sync_in_progress (a sync of this account is running), SVS02 lease_lost (another worker has taken over), SVS03 provider_error (the platform gave an answer that cannot be used), SVP01 provider_quota_exceeded (the platform's quota is used up for now), SVE01 site_not_connected (no site is set up at the search engine), SVE02 content_not_public (visitors cannot see the item), SVJ01 too_many_jobs (too many jobs are under way), SVJ02 lease_lost (another worker has taken over), SVW01 conflict (the request conflicts with the current state), SVW02 lease_lost (another worker has taken over) */
    DataApiError: {
      code: string | null;
      /** @description For SV… codes JSON with members of the problem */
      details?: string | null;
      hint?: string | null;
      message: string;
    };
    /** @description Creators whom moderators show first, in their order, until ends_at. */
    featured_creator: {
      /** Format: date-time */
      ends_at: string | null;
      /** Format: date-time */
      featured_at: string;
      /**
       * Format: uuid
       * @description The moderator. No foreign key: the list outlives them.
       */
      featured_by: string | null;
      reason: string | null;
      sort_order: number;
      /** Format: uuid */
      user_id: string;
    };
    /** @description What happened in a job, in words for its owner. Append-only, and deleted with the job. */
    job_log: {
      /** @description The run that wrote it. */
      attempt: number;
      /** Format: date-time */
      created_at: string;
      details: unknown;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** Format: uuid */
      job_id: string;
      level: string;
      message: string;
      /**
       * Format: uuid
       * @description Copy of the job's user_id, so that the policy needs no join. No foreign key: the row is deleted with the job.
       */
      user_id: string | null;
    };
    /** @description Every job, including ended jobs until they are cleaned up. The owner watches it live. Only functions write it. */
    job_queue: {
      /** @description Runs that were started. A run whose worker released the job does not count. */
      attempts: number;
      /** @description Where the next run continues. Its format belongs to the handler. */
      checkpoint: unknown;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: int64
       * @description Hash of user, handler and params. Jobs with equal hashes are compared in full.
       */
      dedupe_hash: number;
      error_code: string | null;
      /** @description Why the last run failed, in words for the owner. It stays when a later run succeeds. */
      error_message: string | null;
      /** Format: date-time */
      finished_at: string | null;
      /** @description The handler that runs the job, such as sync_youtube. */
      handler: string;
      /** Format: uuid */
      id: string;
      job_type: string;
      max_attempts: number;
      /** @description Input of the handler. The owner can read it, so it never holds a secret. */
      params: unknown;
      /** @description 1 to 10; jobs with a higher number run first. */
      priority: number;
      progress_message: string | null;
      progress_percent: number;
      /** @description The request that created the job. */
      request_id: string | null;
      result: unknown;
      /**
       * Format: date-time
       * @description Earliest time at which the job may run.
       */
      run_at: string;
      /**
       * Format: date-time
       * @description When the latest run began.
       */
      started_at: string | null;
      /** @enum {string} */
      status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
      /**
       * Format: date-time
       * @description Time of the latest change, including progress. In no index: see below.
       */
      updated_at: string;
      /**
       * Format: uuid
       * @description The owner of the job. Null: the service itself.
       */
      user_id: string | null;
      worker_id: string | null;
    };
    /** @description The categories of work, and how jobs of each are retried, time-limited, deduplicated and kept. */
    job_type: {
      /** @description Upper bound of the random wait before the second attempt; doubles with each further attempt. */
      backoff_base_seconds: number;
      /** @description Maximum of the growing upper bound. */
      backoff_cap_seconds: number;
      /** @description find_or_create_job() and get_cached_job_result() return the result of an equal job that ended less than this long ago. */
      cache_seconds: number;
      /** Format: date-time */
      created_at: string;
      /** @description An equal job created less than this long ago is returned instead of a new one. */
      dedupe_seconds: number;
      description: string;
      display_name: string;
      /** @description A job that has not started this long after it was due expires. */
      expire_seconds: number;
      /** @description Whether creators may request it. If false, only the service can. */
      is_for_creators: boolean;
      /** @description How long ended jobs are kept. */
      keep_days: number;
      max_attempts: number;
      slug: string;
      sort_order: number;
      /** @description A run that takes longer loses its lease, even if its worker is alive. */
      timeout_seconds: number;
      /** Format: date-time */
      updated_at: string;
    };
    /** @description Messages to one person, pushed by Realtime. Written by the service; the person may mark them read or delete them. */
    notification: {
      /** Format: date-time */
      created_at: string;
      /** @description What the message refers to, for the client: ids and codes, never a secret. */
      data: unknown;
      /** Format: uuid */
      id: string;
      message: string;
      /** Format: date-time */
      read_at: string | null;
      title: string;
      /** @enum {string} */
      type: "info" | "success" | "warning" | "error";
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description The platforms on which an account can be connected. */
    platform: {
      display_name: string;
      /** Format: uuid */
      id: string;
      is_active: boolean;
      slug: string;
      sort_order: number;
      website_url: string;
    };
    /** @description The permission to act for an account. The tokens are only in Vault, under vault_secret_name. */
    platform_connection: {
      /** Format: date-time */
      created_at: string;
      /** Format: uuid */
      id: string;
      /** @description False: disconnected by the creator, or refused by the platform. */
      is_active: boolean;
      /** Format: date-time */
      last_refreshed_at: string | null;
      /** Format: uuid */
      platform_id: string;
      scopes: string[];
      /**
       * Format: date-time
       * @description Null: the token does not expire.
       */
      token_expires_at: string | null;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description A creator's own posts. */
    post: {
      body: string | null;
      /** Format: date-time */
      created_at: string | null;
      /** Format: uuid */
      id: string | null;
      media_ids: string[] | null;
      /** Format: date-time */
      publish_at: string | null;
      time_zone: string | null;
      title: string | null;
      /** Format: date-time */
      updated_at: string | null;
      /** Format: uuid */
      user_id: string | null;
      version: number | null;
    };
    /** @description A creator's own pictures and videos for posts. */
    post_media: {
      alt_text: string | null;
      /** Format: int64 */
      bytes: number | null;
      /** Format: date-time */
      created_at: string | null;
      duration_seconds: number | null;
      frames_per_second: number | null;
      height: number | null;
      /** Format: uuid */
      id: string | null;
      kind: string | null;
      mime_type: string | null;
      /** Format: date-time */
      ready_at: string | null;
      refused_because: string | null;
      sha256: string | null;
      status: string | null;
      /** Format: uuid */
      user_id: string | null;
      width: number | null;
    };
    /** @description State of a creator's own posts on each account. */
    post_target: {
      body: string | null;
      /** Format: date-time */
      created_at: string | null;
      /** Format: date-time */
      due_at: string | null;
      error_code: string | null;
      error_message: string | null;
      /** Format: uuid */
      id: string | null;
      kind: string | null;
      media_ids: string[] | null;
      /** Format: date-time */
      next_at: string | null;
      options: unknown;
      permalink: string | null;
      platform: string | null;
      platform_post_id: string | null;
      /** Format: uuid */
      post_id: string | null;
      /** Format: date-time */
      published_at: string | null;
      settled_by: string | null;
      /** Format: uuid */
      social_account_id: string | null;
      status: string | null;
      title: string | null;
      /** Format: date-time */
      updated_at: string | null;
      /** Format: uuid */
      user_id: string | null;
      wait_reason: string | null;
      who_must_act: string | null;
    };
    /** @description Problem details, RFC 9457 */
    Problem: {
      /** @enum {string} */
      code:
        | "bad_request"
        | "invalid_json"
        | "invalid_encoding"
        | "idempotency_key_invalid"
        | "oauth_state_invalid"
        | "oauth_denied"
        | "redirect_uri_not_allowed"
        | "unauthorized"
        | "quota_exceeded"
        | "ai_budget_exceeded"
        | "forbidden"
        | "sign_in_again"
        | "not_found"
        | "method_not_allowed"
        | "conflict"
        | "sync_in_progress"
        | "account_disconnected"
        | "account_locked"
        | "site_not_connected"
        | "content_not_public"
        | "lease_lost"
        | "idempotency_in_progress"
        | "payload_too_large"
        | "unsupported_media_type"
        | "platform_account_missing"
        | "validation_failed"
        | "idempotency_key_reused"
        | "rate_limited"
        | "too_many_jobs"
        | "internal"
        | "provider_error"
        | "provider_unavailable"
        | "provider_quota_exceeded"
        | "unavailable"
        | "timeout";
      detail?: string;
      errors?: {
        detail: string;
        pointer: string;
      }[];
      request_id: string;
      status: number;
      title: string;
      type: string;
    };
    /** @description Every call that was made for a creator's own posts. */
    publish_attempt: {
      /** Format: date-time */
      armed_at: string | null;
      attempt: number | null;
      cost_micro_usd: number | null;
      error_code: string | null;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number | null;
      is_decisive: boolean | null;
      note: string | null;
      /** Format: date-time */
      sent_at: string | null;
      /** Format: date-time */
      settled_at: string | null;
      status: string | null;
      step: string | null;
      /** Format: uuid */
      target_id: string | null;
      /** Format: uuid */
      user_id: string | null;
    };
    /** @description The usage of each cycle that has ended. Written by the statement that starts the next cycle. */
    quota_usage_history: {
      ai_analyses_used: number;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      cycle_end_date: string;
      /** Format: date-time */
      cycle_start_date: string;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      seo_submissions_used: number;
      syncs_used: number;
      /** Format: uuid */
      tier_id: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description The search engines to which pages are submitted; the code has an adapter for each slug. */
    search_engine: {
      /** @description Maximum number of addresses in a batch; the adapter splits it into as many calls as the engine requires. */
      batch_size: number;
      /** Format: date-time */
      created_at: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      slug: string;
      sort_order: number;
      /** @description Whether the engine accepts reports of removed pages. */
      takes_removals: boolean;
      /** @description Whether the engine reports the outcome for an address. If not, submitted is the final status. */
      tells_status: boolean;
      /** Format: date-time */
      updated_at: string;
      website_url: string;
      /** @description An address that was sent is not sent again for this many seconds. */
      window_seconds: number;
    };
    /** @description A site at a search engine, and its owner. Without a user: the operator's site, which serves every creator. */
    seo_connection: {
      /** Format: date-time */
      created_at: string;
      /** @description The engine's name for the site: sc-domain:example.com at Google, user and host at Yandex. */
      engine_site: string | null;
      /** @description Why nothing is sent at the moment: the engine refuses the key, or the site no longer shows the token. */
      error_code: string | null;
      error_message: string | null;
      /** Format: uuid */
      id: string;
      is_active: boolean;
      is_verified: boolean;
      /** @description The path of items below site_url: {id} is replaced by the item's id, {slug} by the creator's slug. */
      item_path: string;
      /** Format: date-time */
      last_run_at: string | null;
      /**
       * Format: date-time
       * @description The engine accepts no call before this time.
       */
      paused_until: string | null;
      /** Format: uuid */
      search_engine_id: string;
      site_host: string | null;
      /** @description Without a trailing slash. This connection never submits anything outside it. */
      site_url: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string | null;
      /** @description The method of the last check, whatever its result; the next check uses it too. Null: not checked yet. */
      verification_method: string | null;
      /** @description What the site must show in a meta tag or a file; for IndexNow it is also the key. Not secret: everybody can read it there. */
      verification_token: string;
      /** Format: date-time */
      verified_at: string | null;
      /**
       * Format: date-time
       * @description When to check again that the site still shows the token, or that the engine still confirms it.
       */
      verify_at: string | null;
      verify_failures: number;
    };
    /** @description One address submitted to one search engine. Published by Realtime: the creator may see every column. */
    seo_submission: {
      /**
       * Format: date-time
       * @description When it was last sent, whatever the result.
       */
      attempted_at: string | null;
      attempts: number;
      /** Format: date-time */
      checked_at: string | null;
      checks: number;
      /**
       * Format: date-time
       * @description Until then, a worker is sending it.
       */
      claimed_until: string | null;
      /** Format: uuid */
      connection_id: string;
      /**
       * Format: uuid
       * @description No foreign key: the history stays when the item is deleted.
       */
      content_item_id: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description Not sent before this time.
       */
      due_at: string;
      /** @description The engine's reference for asking about the outcome: the task at Yandex. Null: the engine is asked by address. */
      engine_ref: string | null;
      /** @description The reason for the status, for programs; error_message is the reason in words, also for submissions that are only waiting. */
      error_code: string | null;
      error_message: string | null;
      /** Format: date-time */
      finished_at: string | null;
      /** @description Every change of the status with its time and reason: at, status, code, message. The last thirty. */
      history: unknown;
      /** Format: uuid */
      id: string;
      /**
       * Format: date-time
       * @description When to ask the engine about the outcome. Null: there is nothing to ask.
       */
      next_check_at: string | null;
      /** @description HTTP status of the engine's last response. */
      response_status: number | null;
      /** @description pending → submitted → indexed, rejected or failed. */
      status: string;
      /** @description updated: the page is new or changed. removed: the page no longer exists. */
      submission_type: string;
      /** Format: date-time */
      submitted_at: string | null;
      submitted_url: string;
      /**
       * Format: date-time
       * @description When the unit of the plan was reserved for it. Null: it costs none, or the unit was returned.
       */
      unit_reserved_at: string | null;
      /** Format: date-time */
      updated_at: string;
      /**
       * Format: uuid
       * @description The creator who owns the page. Null: the creator was deleted, and the page is to be removed from the index.
       */
      user_id: string | null;
    };
    /** @description The usage of each quota of an engine in each of its windows. Reserved before the call, so that no call exceeds the quota. */
    seo_usage: {
      /** Format: uuid */
      connection_id: string;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** @description What the engine limits: submissions, inspections, notifications. */
      quota: string;
      /** @description As reported or documented by the engine. Null: unknown. */
      quota_limit: number | null;
      /** Format: date-time */
      updated_at: string;
      used: number;
      /**
       * Format: uuid
       * @description Copy of the connection's user_id, so that the policy needs no join.
       */
      user_id: string | null;
      /** Format: date-time */
      window_end: string;
      /** Format: date-time */
      window_start: string;
    };
    /** @description A creator's channel or profile on a platform. Published by Realtime: the owner may see every column. */
    social_account: {
      avatar_url: string | null;
      /** Format: uuid */
      connection_id: string | null;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description When the creator disconnected the account (its content stays), or asked the platform to have it erased.
       */
      deleted_at: string | null;
      /** @description What the platform's adapter stores about the account, such as the id of the uploads playlist. */
      details: unknown;
      display_name: string | null;
      /** Format: int64 */
      followers_count: number | null;
      /** Format: uuid */
      id: string;
      /** @description Why the last sync failed, worded for the creator. Null: it did not fail. */
      last_error: string | null;
      /** Format: date-time */
      last_synced_at: string | null;
      /** @description Automatic sync runs at least once in this many hours, as far as the plan's syncs allow. */
      max_sync_hours: number;
      /** @description Automatic sync runs at most once in this many hours. Equal to max_sync_hours: at a fixed interval. */
      min_sync_hours: number;
      /**
       * Format: date-time
       * @description When automatic sync is due. Null: not scheduled.
       */
      next_sync_at: string | null;
      /**
       * Format: date-time
       * @description Since when the account exceeds the plan: its content stays, but it is not synced. See choose_active_accounts().
       */
      paused_at: string | null;
      platform_account_id: string;
      /** Format: uuid */
      platform_id: string;
      profile_url: string | null;
      status: string;
      /** @enum {string} */
      sync_mode: "auto" | "manual" | "disabled";
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
      username: string | null;
    };
    /** @description Events reported by Stripe, one row per event id, and the queue from which they are processed. An event says only that something changed, never the current state: that is fetched from Stripe. */
    stripe_webhook_events: {
      /** @description How often the event was claimed. */
      attempts: number;
      /** Format: date-time */
      created_at: string;
      /** @description Ids and times of the event. Names, addresses, cards and amounts are not stored. */
      data: unknown;
      /**
       * Format: date-time
       * @description Not processed before this time. While a worker holds the event: when its lease ends. Infinity: no automatic retry any more.
       */
      due_at: string;
      event_id: string;
      event_type: string;
      /** Format: uuid */
      id: string;
      last_error: string | null;
      livemode: boolean;
      /** Format: date-time */
      processed_at: string | null;
      status: string;
      /** @description What has to be fetched: a customer (cus_…), or a charge (ch_…) if the event names no customer. Null: nothing. */
      subject: string | null;
    };
    /** @description The plan of each person, with its cycle and the usage in that cycle. Only functions write it: a reservation is one statement. */
    subscription: {
      ai_analyses_used: number;
      /** Format: date-time */
      created_at: string;
      /** @description The day of the month on which the cycle would end if every month had that day: a subscriber from the 31st keeps the 31st. */
      cycle_anchor_day: number;
      /** Format: date-time */
      cycle_end_date: string;
      /** Format: date-time */
      cycle_start_date: string;
      /** Format: uuid */
      id: string;
      seo_submissions_used: number;
      /** Format: uuid */
      status_id: string;
      syncs_used: number;
      /** Format: uuid */
      tier_id: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description The states of a subscription, named as in the payment provider's API. */
    subscription_status: {
      description: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      slug: string;
      sort_order: number;
    };
    /** @description The plans and their limits. A month is the subscriber's own cycle, not the calendar month. */
    subscription_tier: {
      /** Format: date-time */
      created_at: string;
      description: string;
      display_name: string;
      /** Format: uuid */
      id: string;
      /** @description False: kept for current subscribers, no longer offered. */
      is_active: boolean;
      max_ai_analyses_per_month: number;
      max_seo_submissions_per_month: number;
      max_social_accounts: number;
      max_syncs_per_month: number;
      /** @description In US cents. */
      price_cents_per_month: number;
      slug: string;
      sort_order: number;
      /** Format: date-time */
      updated_at: string;
    };
    /** @description The trending lists: a period, or a period with a category or a platform. Published by Realtime. Written only by ops.refresh_trending(). */
    trending_content: {
      /** Format: uuid */
      content_id: string;
      /**
       * Format: int64
       * @description Ask for `id::text` where numbers beyond 2^53 are rounded
       */
      id: number;
      /** Format: date-time */
      last_updated_at: string;
      rank_position: number;
      trend_category: string;
      /** @description Comparable within a list. The passing of time does not change it, see docs/trending.md. */
      trend_score: number;
    };
    /** @description Keywords that people search for and that are growing, refreshed every six hours. None of them is invented by a model. */
    trending_keyword: {
      /** @description Empty: any. */
      category_code: string;
      /** Format: date-time */
      expires_at: string;
      /** @description This week divided by the week before; null: the keyword is new. */
      growth: number | null;
      /** Format: uuid */
      id: string;
      keyword: string;
      /** @description BCP 47, lower case; empty: any. */
      language: string;
      /** @description Number of visitors who searched for it, or of creators who use it. Below three it is not used in prompts. */
      people: number;
      score: number;
      source: string;
      /** Format: date-time */
      updated_at: string;
    };
    /** @description A creator's preferences for suggestions. No row: the defaults. */
    user_ai_setting: {
      /** Format: date-time */
      created_at: string;
      /** @description The providers to try when the first one fails, in this order; empty: none. */
      fallback_providers: string[];
      /** @description Names of the Vault secrets that hold the creator's own keys, by provider. The keys are stored only there and never returned. */
      key_secret_names: unknown;
      /** @description BCP 47; null: the language of each item, or the creator's. */
      language: string | null;
      /** Format: uuid */
      model_id: string | null;
      /** @description US cents per calendar month (UTC); null: no limit set by the creator. */
      monthly_budget_cents: number | null;
      /** Format: uuid */
      provider_id: string | null;
      tone: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description Who may do more than manage their own rows. Granted and revoked by set_user_role(), which writes to the audit log. */
    user_role: {
      /** Format: date-time */
      granted_at: string;
      /** @enum {string} */
      role: "user" | "admin" | "moderator";
      /** Format: uuid */
      user_id: string;
    };
    /** @description A person's preferences. */
    user_setting: {
      /** Format: date-time */
      created_at: string;
      /**
       * @description The sync mode of newly connected accounts.
       * @enum {string}
       */
      default_sync_mode: "auto" | "manual" | "disabled";
      email_notifications: boolean;
      /** @description BCP 47, such as en or pt-BR. */
      language: string;
      /** @description IANA name, such as Europe/Berlin. */
      time_zone: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: uuid */
      user_id: string;
    };
    /** @description One row per person, created by sign-up. The e-mail is copied from auth.users and is never edited here. */
    users: {
      avatar_url: string | null;
      bio: string | null;
      /** Format: date-time */
      created_at: string;
      display_name: string | null;
      /** @description Copy of auth.users.email. Null for people who signed up without one. */
      email: string | null;
      /**
       * Format: date-time
       * @description When a moderator hid the creator from public view; see set_creator_hidden().
       */
      hidden_at: string | null;
      hidden_reason: string | null;
      /** Format: uuid */
      id: string;
      /** @description Whether the creator wants visitors to find them. */
      is_public: boolean;
      /** @description StreamVibe has verified the person's identity. Set only by the service. */
      is_verified: boolean;
      /**
       * Format: date-time
       * @description When the profile was first set up.
       */
      onboarded_at: string | null;
      primary_category: string | null;
      /** @description Address of the creator's page. Set once by setup_profile(). */
      profile_slug: string | null;
      /** Format: date-time */
      updated_at: string;
    };
  };
  responses: {
    /** @description The request cannot be understood or a rule was broken; `code` is a SQLSTATE or PGRST… */
    DataApi400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["DataApiError"];
      };
    };
    /** @description The key or the token is missing or wrong */
    DataApi401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["DataApiError"];
      };
    };
    /** @description This is not granted, or a policy says no */
    DataApi403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["DataApiError"];
      };
    };
    /** @description There is such a row already, or one that it names is missing */
    DataApi409: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["DataApiError"];
      };
    };
    /** @description 404: no such table or function; 406: not exactly one row where one was asked for; 416: no row at this offset; 5xx: the database is away */
    DataApiOther: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["DataApiError"];
      };
    };
    /** @description The request cannot be understood; The body is not JSON; The text is not UTF-8; The idempotency key cannot be used; The sign-in attempt is unknown, used or too old; The platform did not grant access; The redirect address is not allowed */
    Problem400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Valid credentials are needed */
    Problem401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The plan's quota is used up; The budget for AI is used up */
    Problem402: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description This is not allowed; A recent sign-in is needed */
    Problem403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Not found */
    Problem404: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The method is not allowed */
    Problem405: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The request conflicts with the current state; A sync of this account is running; The account is disconnected; The platform requires a confirmation first; No site is set up at the search engine; Visitors cannot see the item; Another worker has taken over; The first request with this key is still running */
    Problem409: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The body is too large */
    Problem413: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The media type is not supported */
    Problem415: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description There is no channel or profile to connect; The request breaks a rule; The idempotency key was used for another request */
    Problem422: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Too many requests; Too many jobs are under way */
    Problem429: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Something went wrong on our side */
    Problem500: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The platform gave an answer that cannot be used */
    Problem502: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The platform cannot be reached; The platform's quota is used up for now; The service cannot answer at the moment */
    Problem503: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The work took too long */
    Problem504: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
  };
  parameters: {
    /** @description The same key with the same body gives the first answer again for 24 hours */
    IdempotencyKey: string;
    /** @description At most 1,000 rows come at once */
    Limit: number;
    /** @description Rows to skip; a condition on the last key seen is faster */
    Offset: number;
    /** @description `published_at.desc,id` */
    Order: string;
    /** @description `return=representation` gives the rows that were written */
    Prefer: string;
    /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
    Select: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  "ai-generate-tags": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "content_item_id": "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
         *       "provider": "openai"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          content_item_id: string;
          fresh?: boolean;
          model?: string;
          provider?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "content_item_id": "f5025ce6-504f-4404-90c7-d5a08aeaeff6",
           *       "suggested_titles": [
           *         "All about Building a castle in Minecraft step by step",
           *         "The story behind Building a castle in Minecraft step by step",
           *         "What nobody tells you about Building a castle in Minecraft step by step"
           *       ],
           *       "suggested_descriptions": [
           *         "All about Building a castle in Minecraft step by step. In this video we look at Building a castle in Minecraft step by step"
           *       ],
           *       "suggested_tags": [
           *         "building",
           *         "minecraft",
           *         "step",
           *         "this",
           *         "video",
           *         "look"
           *       ],
           *       "suggested_hashtags": [
           *         "building",
           *         "castle",
           *         "minecraft",
           *         "step",
           *         "this"
           *       ],
           *       "suggested_category": "gaming",
           *       "trending_keywords": [],
           *       "trending_score": 0,
           *       "trending_parts": [
           *         {
           *           "name": "fitting keywords",
           *           "points": 0,
           *           "of": 40,
           *           "advice": "No trending keywords are known for this language and category yet"
           *         },
           *         {
           *           "name": "the strongest keyword",
           *           "points": 0,
           *           "of": 30,
           *           "advice": "No trending keywords are known for this language and category yet"
           *         },
           *         {
           *           "name": "growth",
           *           "points": 0,
           *           "of": 15,
           *           "advice": "Prefer growing keywords"
           *         },
           *         {
           *           "name": "a keyword in the title",
           *           "points": 0,
           *           "of": 15,
           *           "advice": "Put a fitting keyword into the title"
           *         }
           *       ],
           *       "seo_score": 90,
           *       "seo_parts": [
           *         {
           *           "name": "title length",
           *           "points": 25,
           *           "of": 25,
           *           "advice": null
           *         },
           *         {
           *           "name": "description length",
           *           "points": 12,
           *           "of": 20,
           *           "advice": "Describe the item in at least 200 characters"
           *         },
           *         {
           *           "name": "title and description agree",
           *           "points": 15,
           *           "of": 15,
           *           "advice": null
           *         },
           *         {
           *           "name": "number of tags",
           *           "points": 13,
           *           "of": 15,
           *           "advice": "Give at least 8 tags"
           *         },
           *         {
           *           "name": "tags and title agree",
           *           "points": 10,
           *           "of": 10,
           *           "advice": null
           *         },
           *         {
           *           "name": "hashtags",
           *           "points": 10,
           *           "of": 10,
           *           "advice": null
           *         },
           *         {
           *           "name": "category",
           *           "points": 5,
           *           "of": 5,
           *           "advice": null
           *         }
           *       ],
           *       "was_repaired": true,
           *       "suggestion_id": "067fd987-fc7e-48db-ab4b-f2a95e881abb",
           *       "cost_cents": 0,
           *       "is_cached": false,
           *       "provider": "local",
           *       "model": "llama3.2"
           *     }
           */
          "application/json": {
            /** Format: uuid */
            content_item_id: string;
            cost_cents: number | null;
            is_cached: boolean;
            model: string;
            provider: string;
            seo_parts: {
              advice: string | null;
              name: string;
              of: number;
              points: number;
            }[];
            seo_score: number;
            suggested_category:
              | (
                | "music"
                | "gaming"
                | "education"
                | "lifestyle"
                | "comedy"
                | "tech"
                | "beauty"
                | "fitness"
                | "food"
                | "business"
                | "art"
                | "entertainment"
                | "news"
                | "science"
                | "other"
              )
              | null;
            suggested_descriptions: string[];
            suggested_hashtags: string[];
            suggested_tags: string[];
            suggested_titles: string[];
            /** Format: uuid */
            suggestion_id: string;
            trending_keywords: string[];
            trending_parts: {
              advice: string | null;
              name: string;
              of: number;
              points: number;
            }[];
            trending_score: number;
            was_repaired: boolean;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "apply-ai-suggestion": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "suggestion_id": "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
         *       "fields": [
         *         "title",
         *         "tags"
         *       ],
         *       "preview": true
         *     }
         */
        "application/json": {
          /** @default 0 */
          description?: number;
          fields?: ("title" | "description" | "tags" | "hashtags" | "category")[];
          /** @default false */
          preview?: boolean;
          /** Format: uuid */
          suggestion_id?: string;
          /** @default 0 */
          title?: number;
          /** Format: uuid */
          undo?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "application_id": null,
           *       "changes": [
           *         {
           *           "field": "title",
           *           "before": "서울의 밤 브이로그 4",
           *           "after": "모든 것 서울의 밤 브이로그 4"
           *         }
           *       ],
           *       "content_item": {
           *         "id": "fe8dc503-4e9f-458e-b543-978ec7309cce",
           *         "title": "서울의 밤 브이로그 4",
           *         "description": "재료는 아래에 적어 두었어요.\n\n재료는 아래에 적어 두었어요.\n\n재료는 아래에 적어 두었어요.\n\nhttps://example.com/1942?a=1&b=2\n\n#日本",
           *         "tags": [
           *           "브이로그",
           *           "일상",
           *           "여행",
           *           "일상 29",
           *           "브이로그 53",
           *           "일상 98",
           *           "브이로그 46"
           *         ],
           *         "hashtags": [
           *           "日本"
           *         ],
           *         "category_code": null,
           *         "updated_at": "2026-11-26T23:55:39.828402+00:00"
           *       }
           *     }
           */
          "application/json": {
            application_id: string | null;
            changes: {
              after: string | string[] | null;
              before: string | string[] | null;
              field: string;
            }[];
            content_item: {
              category_code:
                | (
                  | "music"
                  | "gaming"
                  | "education"
                  | "lifestyle"
                  | "comedy"
                  | "tech"
                  | "beauty"
                  | "fitness"
                  | "food"
                  | "business"
                  | "art"
                  | "entertainment"
                  | "news"
                  | "science"
                  | "other"
                )
                | null;
              description: string;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              tags: string[];
              title: string;
              updated_at: string;
            };
          } | {
            kept_fields: string[];
            undone_fields: string[];
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "auth-profile-setup": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "display_name": "Ada",
         *       "bio": "x",
         *       "category": "tech",
         *       "avatar_url": "https://example.com/a.png"
         *     }
         */
        "application/json": {
          /** Format: uri */
          avatar_url?: string;
          bio?: string;
          /** @enum {string} */
          category?:
            | "music"
            | "gaming"
            | "education"
            | "lifestyle"
            | "comedy"
            | "tech"
            | "beauty"
            | "fitness"
            | "food"
            | "business"
            | "art"
            | "entertainment"
            | "news"
            | "science"
            | "other";
          display_name: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "profile_slug": "unchanged",
           *       "is_public": false,
           *       "profile": {
           *         "id": "d9575e63-6daf-409c-940a-ce67bfc58830",
           *         "display_name": "Unchanged",
           *         "bio": "As it was",
           *         "primary_category": null,
           *         "avatar_url": null,
           *         "profile_slug": "unchanged",
           *         "is_public": false
           *       }
           *     }
           */
          "application/json": {
            is_public: boolean;
            profile: {
              avatar_url: string | null;
              bio: string | null;
              display_name: string;
              /** Format: uuid */
              id: string;
              is_public: boolean;
              primary_category:
                | (
                  | "music"
                  | "gaming"
                  | "education"
                  | "lifestyle"
                  | "comedy"
                  | "tech"
                  | "beauty"
                  | "fitness"
                  | "food"
                  | "business"
                  | "art"
                  | "entertainment"
                  | "news"
                  | "science"
                  | "other"
                )
                | null;
              profile_slug: string;
            };
            profile_slug: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "billing-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            amount: {
              currency: string;
              interval: string | null;
              interval_count: number | null;
              minor: number;
              text: string;
            } | null;
            can_open_portal: boolean;
            can_subscribe: boolean;
            next: {
              amount: {
                currency: string;
                minor: number;
                text: string;
              } | null;
              at: string | null;
              /** @enum {string} */
              kind:
                | "none"
                | "renews"
                | "ends"
                | "trial_ends"
                | "retries"
                | "finish_payment"
                | "fix_payment"
                | "paused";
              text: string;
            };
            paid_twice: boolean;
            period: {
              /** Format: date-time */
              ends_at: string;
              /** Format: date-time */
              starts_at: string;
            };
            plan: {
              name: string;
              slug: string;
            };
            status: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "browse-categories": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "categories": [
           *         {
           *           "code": "music",
           *           "display_name": "Music",
           *           "description": "Songs, covers, concerts, production",
           *           "sort_order": 1,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "gaming",
           *           "display_name": "Gaming",
           *           "description": "Gameplay, reviews, esports",
           *           "sort_order": 2,
           *           "item_count": 18,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "education",
           *           "display_name": "Education",
           *           "description": "Lessons, explanations, languages",
           *           "sort_order": 3,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "lifestyle",
           *           "display_name": "Lifestyle",
           *           "description": "Vlogs, home, travel, family",
           *           "sort_order": 4,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "comedy",
           *           "display_name": "Comedy",
           *           "description": "Sketches, stand-up, pranks",
           *           "sort_order": 5,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "tech",
           *           "display_name": "Tech",
           *           "description": "Gadgets, software, programming",
           *           "sort_order": 6,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "beauty",
           *           "display_name": "Beauty",
           *           "description": "Make-up, hair, fashion",
           *           "sort_order": 7,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "fitness",
           *           "display_name": "Fitness",
           *           "description": "Training, sports, health",
           *           "sort_order": 8,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "food",
           *           "display_name": "Food",
           *           "description": "Cooking, baking, restaurants",
           *           "sort_order": 9,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "business",
           *           "display_name": "Business",
           *           "description": "Money, work, startups",
           *           "sort_order": 10,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "art",
           *           "display_name": "Art",
           *           "description": "Drawing, design, crafts, photography",
           *           "sort_order": 11,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "entertainment",
           *           "display_name": "Entertainment",
           *           "description": "Film, series, shows, celebrities",
           *           "sort_order": 12,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "news",
           *           "display_name": "News",
           *           "description": "News, politics, commentary",
           *           "sort_order": 13,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "science",
           *           "display_name": "Science",
           *           "description": "Research, nature, space",
           *           "sort_order": 14,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         },
           *         {
           *           "code": "other",
           *           "display_name": "Other",
           *           "description": "Everything else",
           *           "sort_order": 15,
           *           "item_count": 0,
           *           "item_count_is_estimate": false
           *         }
           *       ],
           *       "total_count": 15
           *     }
           */
          "application/json": {
            categories: {
              code: string;
              description: string;
              display_name: string;
              item_count: number;
              item_count_is_estimate: boolean;
              sort_order: number;
            }[];
            total_count: number;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "browse-content": {
    parameters: {
      query?: {
        /** @example gaming */
        category?:
          | "music"
          | "gaming"
          | "education"
          | "lifestyle"
          | "comedy"
          | "tech"
          | "beauty"
          | "fitness"
          | "food"
          | "business"
          | "art"
          | "entertainment"
          | "news"
          | "science"
          | "other";
        content_type?: string;
        creator?: string;
        cursor?: string;
        language?: string;
        /** @example 10 */
        limit?: number;
        max_duration?: number;
        min_duration?: number;
        offset?: number;
        platform?: "youtube" | "instagram" | "tiktok" | "facebook" | "twitter";
        published_since?: string;
        published_until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "content_items": [
           *         {
           *           "id": "f92c2572-8097-400d-8ddb-82995af23216",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 1",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 10,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T22:56:14.849279+00:00",
           *           "creator": {
           *             "id": "6e01a944-d6f6-406d-8b1c-ed33ec704bf8",
           *             "slug": "c-ed33ec704bf8",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         },
           *         {
           *           "id": "450ca3b4-50d3-4216-b95d-de594d3dc3fc",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 1",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 10,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T22:56:09.95615+00:00",
           *           "creator": {
           *             "id": "e4cf7308-2dc8-4f76-a2b2-b9f9b8dffe08",
           *             "slug": "c-b9f9b8dffe08",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         }
           *       ],
           *       "total_count": 10,
           *       "total_is_estimate": false,
           *       "next_cursor": "eyJhdCI6IjIwMjYtMTEtMjZUMjI6NTY6MDkuOTU2MTUrMDA6MDAiLCJpZCI6IjQ1MGNhM2I0LTUwZDMtNDIxNi1iOTVkLWRlNTk0ZDNkYzNmYyJ9"
           *     }
           */
          "application/json": {
            content_items: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
            }[];
            next_cursor: string | null;
            total_count: number;
            total_is_estimate: boolean;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "browse-creators": {
    parameters: {
      query?: {
        /** @example tech */
        category?:
          | "music"
          | "gaming"
          | "education"
          | "lifestyle"
          | "comedy"
          | "tech"
          | "beauty"
          | "fitness"
          | "food"
          | "business"
          | "art"
          | "entertainment"
          | "news"
          | "science"
          | "other";
        cursor?: string;
        /** @example 10 */
        limit?: number;
        offset?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "creators": [
           *         {
           *           "id": "3400221a-4500-4b12-98b5-0c3d08d1bbdf",
           *           "slug": "c-0c3d08d1bbdf",
           *           "display_name": "Public Creator",
           *           "avatar_url": null,
           *           "category": "gaming",
           *           "is_verified": false,
           *           "bio": null,
           *           "total_followers": 10,
           *           "item_count": 3
           *         }
           *       ],
           *       "featured": [],
           *       "total_count": 3,
           *       "total_is_estimate": false,
           *       "next_cursor": "eyJmb2xsb3dlcnMiOjEwLCJpZCI6IjM0MDAyMjFhLTQ1MDAtNGIxMi05OGI1LTBjM2QwOGQxYmJkZiJ9"
           *     }
           */
          "application/json": {
            creators: {
              avatar_url: string | null;
              bio: string | null;
              category: string | null;
              display_name: string | null;
              /** Format: uuid */
              id: string;
              is_verified: boolean;
              item_count: number;
              slug: string | null;
              total_followers: number;
            }[];
            featured: {
              avatar_url: string | null;
              category: string | null;
              display_name: string | null;
              ends_at: string | null;
              /** Format: uuid */
              id: string;
              is_verified: boolean;
              reason: string | null;
              slug: string | null;
            }[];
            next_cursor: string | null;
            total_count: number;
            total_is_estimate: boolean;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "cancel-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "post_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          post_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            body: string;
            cancelled: number;
            created_at: string;
            media_ids: string[];
            /** Format: uuid */
            post_id: string;
            publish_at: string | null;
            /** @enum {string} */
            status:
              | "draft"
              | "scheduled"
              | "publishing"
              | "unknown"
              | "published"
              | "partly_published"
              | "failed"
              | "cancelled";
            targets: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            time_zone: string;
            title: string;
            too_late: number;
            updated_at: string;
            version: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "check-seo-status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            changed: number;
            checked: number;
            verified: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "connect-search-engine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "search_engine": "indexnow",
         *       "site_url": "https://example.com"
         *     }
         */
        "application/json": {
          credentials?: string;
          item_path?: string;
          /** @enum {string} */
          search_engine: "google" | "bing" | "yandex" | "indexnow";
          site_url: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "connection_id": "8b72efa6-3b8f-4524-8552-2c8191d6bb29",
           *       "search_engine": "indexnow",
           *       "site_url": "https://example.com",
           *       "is_verified": false,
           *       "proofs": [
           *         {
           *           "method": "file",
           *           "where": "https://example.com/8117532b198f4768978c76a679f00705.txt",
           *           "what": "8117532b198f4768978c76a679f00705"
           *         }
           *       ]
           *     }
           */
          "application/json": {
            /** Format: uuid */
            connection_id: string;
            is_verified: boolean;
            proofs: {
              /** @enum {string} */
              method: "meta" | "file" | "engine";
              what: string;
              where: string;
            }[];
            search_engine: string;
            site_url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "create-checkout-session": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tier": "premium",
         *       "return_url": "http://localhost:3000/billing"
         *     }
         */
        "application/json": {
          /** Format: uri */
          return_url?: string;
          tier: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: date-time */
            expires_at: string;
            /** Format: uri */
            url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "create-media": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "mime_type": "image/jpeg",
         *       "bytes": 120000,
         *       "alt_text": "A lighthouse at dusk"
         *     }
         */
        "application/json": {
          alt_text?: string;
          bytes: number;
          /** @enum {string} */
          mime_type:
            | "image/jpeg"
            | "image/png"
            | "image/webp"
            | "image/gif"
            | "video/mp4"
            | "video/quicktime"
            | "video/webm";
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            bucket: string;
            expires_at: string;
            /** Format: uuid */
            media_id: string;
            path: string;
            token: string;
            tus_url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "create-portal-session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "return_url": "http://localhost:3000/billing"
         *     }
         */
        "application/json": {
          /** Format: uri */
          return_url?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "create-post": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "body": "The new episode is out",
         *       "targets": [
         *         {
         *           "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *           "kind": "text"
         *         }
         *       ]
         *     }
         */
        "application/json": {
          /** @default  */
          body?: string;
          /** @default [] */
          media_ids?: string[];
          now?: boolean;
          publish_at?: string;
          targets: {
            body?: string;
            /** @enum {string} */
            kind: "text" | "thread" | "link" | "image" | "carousel" | "video" | "short" | "reel" | "story";
            media_ids?: string[];
            /** @default {} */
            options?: {
              category_id?: string;
              cover_ms?: number;
              disable_comments?: boolean;
              disable_duet?: boolean;
              disable_stitch?: boolean;
              first_comment?: string;
              held_by_platform?: boolean;
              is_ai_generated?: boolean;
              is_paid_partnership?: boolean;
              /** Format: uri */
              link?: string;
              made_for_kids?: boolean;
              notify_subscribers?: boolean;
              privacy?: string;
              share_to_feed?: boolean;
              tags?: string[];
              thread?: string[];
              /** Format: uuid */
              thumbnail_media_id?: string;
            };
            /** Format: uuid */
            social_account_id: string;
            title?: string;
          }[];
          time_zone?: string;
          /** @default  */
          title?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            body: string;
            checked: {
              is_ready: boolean;
              targets: {
                kind: string;
                objections: {
                  code: string;
                  count?: number;
                  field: string;
                  /** @enum {string} */
                  level: "error" | "warning";
                  limit?: number;
                  message: string;
                }[];
                platform: string | null;
                /** Format: uuid */
                social_account_id: string;
              }[];
            };
            created_at: string;
            media_ids: string[];
            /** Format: uuid */
            post_id: string;
            publish_at: string | null;
            /** @enum {string} */
            status:
              | "draft"
              | "scheduled"
              | "publishing"
              | "unknown"
              | "published"
              | "partly_published"
              | "failed"
              | "cancelled";
            targets: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            time_zone: string;
            title: string;
            updated_at: string;
            version: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "data-deletion-status": {
    parameters: {
      query: {
        /** @example 7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001 */
        code: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "delete-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "media_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          media_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            deleted: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "delete-my-account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "confirm": "delete my account"
         *     }
         */
        "application/json": {
          /** @constant */
          confirm: "delete my account";
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uuid */
            confirmation_code: string;
            /** Format: date-time */
            requested_at: string;
            /** Format: uri */
            status_url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "delete-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "endpoint_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0005"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          endpoint_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            deleted: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "disconnect-account": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          social_account_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "disconnected_at": "2026-11-26T23:48:28.109711+00:00",
           *       "revoked": true
           *     }
           */
          "application/json": {
            /** Format: date-time */
            disconnected_at: string;
            revoked: boolean;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "erase-accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            completed: number;
            waiting: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "export-my-data": {
    parameters: {
      query?: {
        cursor?: string;
        /** @example 100 */
        max_parts?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/x-ndjson": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "feed-home": {
    parameters: {
      query?: {
        cursor?: string;
        /** @example 10 */
        limit?: number;
        /** @example Europe/Berlin */
        time_zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            is_cold_start: boolean;
            items: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              is_today: boolean;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
              why: {
                rank: number | null;
                /** @enum {string} */
                source:
                  | "followed_creator"
                  | "followed_category"
                  | "trending"
                  | "fresh"
                  | "pinned"
                  | "popular";
                text: string;
              }[];
            }[];
            made_at: string;
            next_cursor: string | null;
            time_zone: string;
            today: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "feed-profile": {
    parameters: {
      query: {
        /** @example robin-ekstroem */
        creator: string;
        cursor?: string;
        /** @example 10 */
        limit?: number;
        time_zone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            creator: {
              avatar_url: string | null;
              category: string | null;
              display_name: string | null;
              /** Format: uuid */
              id: string;
              is_verified: boolean;
              slug: string | null;
            };
            followers: number;
            is_cold_start: boolean;
            is_followed: boolean;
            is_muted: boolean;
            items: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              is_today: boolean;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
              why: {
                rank: number | null;
                /** @enum {string} */
                source:
                  | "followed_creator"
                  | "followed_category"
                  | "trending"
                  | "fresh"
                  | "pinned"
                  | "popular";
                text: string;
              }[];
            }[];
            made_at: string;
            next_cursor: string | null;
            time_zone: string;
            today: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "finish-media": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "media_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          media_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            alt_text: string | null;
            bytes: number;
            duration_seconds: number | null;
            frames_per_second: number | null;
            height: number | null;
            id: string;
            /** @enum {string} */
            kind: "image" | "gif" | "video";
            mime_type: string;
            refused_because?: string | null;
            sha256: string | null;
            status: string;
            width: number | null;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  follow: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "category": "music"
         *     }
         */
        "application/json": {
          category?: string;
          /** Format: uuid */
          creator_id?: string;
          /** @default true */
          is_followed?: boolean;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            followers: number | null;
            following: number;
            is_followed: boolean;
            is_muted: boolean;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-ai-costs": {
    parameters: {
      query?: {
        /** @example 2026-11-01T00:00:00Z */
        since?: string;
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "rows": [
           *         {
           *           "day": "2026-11-26",
           *           "provider": "openai",
           *           "model": "gpt-6-luna",
           *           "is_own_key": false,
           *           "calls": 3,
           *           "prompt_tokens": 1191,
           *           "cached_tokens": 0,
           *           "completion_tokens": 411,
           *           "cost_cents": 0.03246,
           *           "estimated_cents": 0,
           *           "calls_of_unknown_cost": 0
           *         }
           *       ],
           *       "total_cents": 0.03246,
           *       "own_key_cents": 0,
           *       "budget_cents": null,
           *       "acceptance": [
           *         {
           *           "model": "gpt-6-luna",
           *           "suggestions": 3,
           *           "kept": 0,
           *           "edited": 0,
           *           "dropped": 0
           *         }
           *       ]
           *     }
           */
          "application/json": {
            acceptance: {
              dropped: number;
              edited: number;
              kept: number;
              model: string;
              suggestions: number;
            }[];
            budget_cents: number | null;
            own_key_cents: number;
            rows: {
              cached_tokens: number;
              calls: number;
              calls_of_unknown_cost: number;
              completion_tokens: number;
              cost_cents: number | null;
              day: string;
              estimated_cents: number;
              is_own_key: boolean;
              model: string;
              prompt_tokens: number;
              provider: string;
            }[];
            total_cents: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-click-stats": {
    parameters: {
      query?: {
        content_id?: string;
        /** @example 2026-11-01 */
        since?: string;
        /** @example 2026-11-30 */
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "total_clicks": 0,
           *       "by_day": [],
           *       "by_referrer": [],
           *       "by_country": [],
           *       "followers_by_day": []
           *     }
           */
          "application/json": {
            by_country: {
              clicks: number;
              country: string | null;
            }[];
            by_day: {
              clicks: number;
              day: string;
            }[];
            by_referrer: {
              clicks: number;
              referrer_host: string | null;
            }[];
            followers_by_day: {
              day: string;
              followers: number;
              /** Format: uuid */
              social_account_id: string;
            }[] | null;
            total_clicks: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-content-detail": {
    parameters: {
      query: {
        /** @example 3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11 */
        id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "content_item": {
           *         "id": "e113ba6a-82ef-4cb5-9d2c-90eaa8b3b809",
           *         "platform": "youtube",
           *         "content_type": "post",
           *         "title": "Item 1",
           *         "description": "",
           *         "thumbnail_url": null,
           *         "permalink": null,
           *         "category": "gaming",
           *         "language": null,
           *         "duration_seconds": 10,
           *         "hashtags": [],
           *         "views_count": 0,
           *         "likes_count": 0,
           *         "comments_count": 0,
           *         "total_clicks": 0,
           *         "published_at": "2026-11-26T22:30:57.7457+00:00",
           *         "creator": {
           *           "id": "3400221a-4500-4b12-98b5-0c3d08d1bbdf",
           *           "slug": "c-0c3d08d1bbdf",
           *           "display_name": "Public Creator",
           *           "avatar_url": null,
           *           "category": "gaming",
           *           "is_verified": false
           *         },
           *         "tags": [
           *           "shared-c-0c3d08d1bbdf"
           *         ],
           *         "shares_count": 0,
           *         "category_source": "profile",
           *         "updated_at": "2026-11-26T23:30:57.765437+00:00",
           *         "media": []
           *       },
           *       "related_content": [
           *         {
           *           "id": "047a0da6-4f7e-4b1c-b99e-9982cdf7aa8f",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 3",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 30,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T20:30:57.7457+00:00",
           *           "creator": {
           *             "id": "3400221a-4500-4b12-98b5-0c3d08d1bbdf",
           *             "slug": "c-0c3d08d1bbdf",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         },
           *         {
           *           "id": "46f13d88-afd9-45cf-8200-c71e065767ec",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 2",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 20,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T21:30:57.7457+00:00",
           *           "creator": {
           *             "id": "3400221a-4500-4b12-98b5-0c3d08d1bbdf",
           *             "slug": "c-0c3d08d1bbdf",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         },
           *         {
           *           "id": "08de99f8-bcab-4657-9b72-f5b5bcdc7cd6",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 10",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 100,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T13:30:54.652143+00:00",
           *           "creator": {
           *             "id": "d483c923-4418-4047-b7c3-087e7c375904",
           *             "slug": "c-087e7c375904",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         },
           *         {
           *           "id": "2d175a9c-b68a-411d-a7a5-353dbfe8d24a",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 4",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 40,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T19:30:54.652143+00:00",
           *           "creator": {
           *             "id": "d483c923-4418-4047-b7c3-087e7c375904",
           *             "slug": "c-087e7c375904",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         }
           *       ]
           *     }
           */
          "application/json": {
            content_item: {
              category: string | null;
              category_source: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              media: {
                alt_text: string | null;
                duration_seconds: number | null;
                height: number | null;
                /** @enum {string} */
                kind: "image" | "video" | "gif";
                position: number;
                thumbnail_url: string | null;
                url: string | null;
                width: number | null;
              }[];
              permalink: string | null;
              platform: string;
              published_at: string;
              shares_count: number;
              tags: string[];
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              updated_at: string;
              views_count: number;
            };
            related_content: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
            }[];
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-creator-by-slug": {
    parameters: {
      query: {
        /** @example tech-gaming-channel */
        slug: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "user": {
           *         "id": "7656f183-c1b2-4a69-9ffe-4d96a6150c6a",
           *         "slug": "c-4d96a6150c6a",
           *         "display_name": "Public Creator",
           *         "avatar_url": null,
           *         "category": "gaming",
           *         "is_verified": false,
           *         "bio": null,
           *         "total_followers": 10,
           *         "item_count": 2,
           *         "joined_at": "2026-11-26T23:30:58.615713+00:00"
           *       },
           *       "social_accounts": [
           *         {
           *           "platform": "youtube",
           *           "username": null,
           *           "display_name": null,
           *           "profile_url": null,
           *           "avatar_url": null,
           *           "followers_count": 10
           *         }
           *       ],
           *       "pinned_content": [],
           *       "recent_content": [
           *         {
           *           "id": "872e072b-fc34-454b-ac0c-d7c930e6501a",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 1",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 10,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T22:30:58.729518+00:00",
           *           "creator": {
           *             "id": "7656f183-c1b2-4a69-9ffe-4d96a6150c6a",
           *             "slug": "c-4d96a6150c6a",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         },
           *         {
           *           "id": "2083a896-52a8-44d4-89d8-1d41c3f29b64",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 2",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 20,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T21:30:58.729518+00:00",
           *           "creator": {
           *             "id": "7656f183-c1b2-4a69-9ffe-4d96a6150c6a",
           *             "slug": "c-4d96a6150c6a",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           }
           *         }
           *       ]
           *     }
           */
          "application/json": {
            pinned_content: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
            }[];
            recent_content: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
            }[];
            social_accounts: {
              avatar_url: string | null;
              display_name: string | null;
              followers_count: number | null;
              platform: string;
              profile_url: string | null;
              username: string | null;
            }[];
            user: {
              avatar_url: string | null;
              bio: string | null;
              category: string | null;
              display_name: string | null;
              /** Format: uuid */
              id: string;
              is_verified: boolean;
              item_count: number;
              joined_at: string;
              slug: string | null;
              total_followers: number;
            };
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-media": {
    parameters: {
      query: {
        /** @example 7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0004 */
        media_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            alt_text: string | null;
            bytes: number;
            duration_seconds: number | null;
            expires_at: string | null;
            frames_per_second: number | null;
            height: number | null;
            id: string;
            /** @enum {string} */
            kind: "image" | "gif" | "video";
            mime_type: string;
            refused_because?: string | null;
            sha256: string | null;
            status: string;
            url: string | null;
            width: number | null;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-post": {
    parameters: {
      query: {
        /** @example 7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002 */
        post_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            body: string;
            created_at: string;
            media_ids: string[];
            /** Format: uuid */
            post_id: string;
            publish_at: string | null;
            /** @enum {string} */
            status:
              | "draft"
              | "scheduled"
              | "publishing"
              | "unknown"
              | "published"
              | "partly_published"
              | "failed"
              | "cancelled";
            targets: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            time_zone: string;
            title: string;
            updated_at: string;
            version: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-seo-metadata": {
    parameters: {
      query?: {
        /** @example 3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11 */
        content_id?: string;
        slug?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            canonical_url: string;
            description: string;
            html: string;
            json_ld: ({
              /** @constant */
              "@context": "https://schema.org";
              "@type": string;
            } & {
              [key: string]: unknown;
            })[];
            og_tags: {
              [key: string]: string | string[];
            };
            title: string;
            twitter_tags: {
              [key: string]: string | string[];
            };
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-seo-overview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            counts_of_latest: number;
            engines: {
              display_name: string;
              failed: number;
              indexed: number;
              pending: number;
              quotas: {
                limit: number | null;
                quota: string;
                resets_at: string;
                used: number;
              }[];
              reasons: {
                code: string | null;
                count: number;
                message: string;
                status: string;
              }[];
              rejected: number;
              search_engine: string;
              site: {
                connection_id: string;
                error_code: string | null;
                error_message: string | null;
                is_own: boolean;
                is_verified: boolean;
                last_run_at: string | null;
                paused_until: string | null;
                site_url: string;
                verified_at: string | null;
              } | null;
              submitted: number;
              takes_consent: boolean;
            }[];
            /** @enum {string} */
            mode: "auto" | "manual" | "disabled";
            plan: {
              limit: number;
              resets_at: string;
              used: number;
            } | null;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "get-trending": {
    parameters: {
      query?: {
        category?:
          | "music"
          | "gaming"
          | "education"
          | "lifestyle"
          | "comedy"
          | "tech"
          | "beauty"
          | "fitness"
          | "food"
          | "business"
          | "art"
          | "entertainment"
          | "news"
          | "science"
          | "other";
        /** @example 10 */
        limit?: number;
        /** @example today */
        period?: "today" | "week" | "month";
        platform?: "youtube" | "instagram" | "tiktok" | "facebook" | "twitter";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            trend_scores: {
              [key: string]: number;
            };
            trending_items: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              thumbnail_url: string | null;
              title: string;
              total_clicks: number;
              views_count: number;
            }[];
            updated_at: string | null;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            checks: {
              /** @enum {string} */
              alerts: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              backups: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              cron: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              database: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              http_calls: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              jobs: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              providers: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              queue: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              settings: "ok" | "misconfigured";
              /** @enum {string} */
              vault: "ok" | "unset" | "degraded" | "down";
            };
            misconfigured: string[];
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      /** @description The service cannot answer at the moment */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            checks: {
              /** @enum {string} */
              alerts: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              backups: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              cron: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              database: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              http_calls: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              jobs: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              providers: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              queue: "ok" | "unset" | "degraded" | "down";
              /** @enum {string} */
              settings: "ok" | "misconfigured";
              /** @enum {string} */
              vault: "ok" | "unset" | "degraded" | "down";
            };
            misconfigured: string[];
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
          };
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      504: components["responses"]["Problem504"];
    };
  };
  "indexnow-key": {
    parameters: {
      query: {
        /** @example streamvibe-local-indexnow-key */
        key: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "job-processor": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "max_jobs": 10
         *     }
         */
        "application/json": {
          max_jobs?: number;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "processed": 1,
           *       "succeeded": 1,
           *       "failed": 0,
           *       "remaining": 0
           *     }
           */
          "application/json": {
            failed: number;
            processed: number;
            remaining: number;
            succeeded: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "job-status": {
    parameters: {
      query: {
        /** @example 7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001 */
        job_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "job_id": "01a21a49-b192-42e7-8f53-e4f0353a9d8c",
           *       "job_type": "platform_sync",
           *       "handler": "sync_youtube",
           *       "status": "processing",
           *       "progress_percent": 0,
           *       "progress_message": null,
           *       "result": null,
           *       "error": null,
           *       "attempts": 1,
           *       "max_attempts": 5,
           *       "created_at": "2026-11-26 23:56:06.721566+00",
           *       "started_at": "2026-11-26 23:56:07.07432+00",
           *       "finished_at": null
           *     }
           */
          "application/json": {
            attempts: number;
            created_at: string;
            error: {
              code: string | null;
              message: string;
            } | null;
            finished_at: string | null;
            handler: string;
            /** Format: uuid */
            job_id: string;
            job_type: string;
            max_attempts: number;
            progress_message: string | null;
            progress_percent: number;
            result: unknown;
            started_at: string | null;
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "list-follows": {
    parameters: {
      query?: {
        cursor?: string;
        /** @example followed */
        kind?: "followed" | "muted";
        /** @example 50 */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            followers: number;
            following: number;
            follows: {
              category: string | null;
              content_id: string | null;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              } | null;
              creator_id: string | null;
              since: string;
            }[];
            muted: number;
            next_cursor: string | null;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "list-posts": {
    parameters: {
      query?: {
        cursor?: string;
        /** @example 20 */
        limit?: number;
        status?:
          | "draft"
          | "scheduled"
          | "publishing"
          | "unknown"
          | "published"
          | "partly_published"
          | "failed"
          | "cancelled";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            next_cursor: string | null;
            posts: {
              body: string;
              created_at: string;
              /** Format: uuid */
              post_id: string;
              publish_at: string | null;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "unknown"
                | "published"
                | "partly_published"
                | "failed"
                | "cancelled";
              targets: {
                body: string | null;
                due_at: string | null;
                error_code: string | null;
                error_message: string | null;
                kind: string;
                media_ids: string[] | null;
                next_at: string | null;
                options: {
                  [key: string]: unknown;
                };
                permalink: string | null;
                platform: string;
                platform_post_id: string | null;
                published_at: string | null;
                settled_by: string | null;
                /** Format: uuid */
                social_account_id: string;
                /** @enum {string} */
                status:
                  | "draft"
                  | "scheduled"
                  | "publishing"
                  | "waiting"
                  | "unknown"
                  | "published"
                  | "failed"
                  | "cancelled";
                /** Format: uuid */
                target_id: string;
                title: string | null;
                wait_reason: string | null;
                who_must_act: ("creator" | "operator" | "nobody") | null;
              }[];
              time_zone: string;
              title: string;
              version: number;
            }[];
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "list-publishing-problems": {
    parameters: {
      query?: {
        limit?: number;
        of?: "me" | "everybody";
        offset?: number;
        /** @example creator */
        who_must_act?: "creator" | "operator" | "nobody";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            problems: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              /** Format: uuid */
              post_id: string;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              total_count: number;
              updated_at: string;
              /** Format: uuid */
              user_id: string;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            total: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "list-webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            endpoints: {
              created_at: string;
              deliveries: {
                attempts: number;
                created_at: string;
                /** Format: uuid */
                delivery_id: string;
                event: string;
                last_error: string | null;
                last_status: number | null;
                next_at: string | null;
                settled_at: string | null;
                /** @enum {string} */
                status: "waiting" | "delivered" | "failed";
              }[];
              description: string;
              /** Format: uuid */
              endpoint_id: string;
              events: string[];
              failing_since: string | null;
              is_active: boolean;
              old_secret_until: string | null;
              paused_because: string | null;
              url: string;
            }[];
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "log-usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "events": [
         *         {
         *           "event": "feed.opened",
         *           "properties": {
         *             "items": 20,
         *             "source": "home"
         *           }
         *         }
         *       ]
         *     }
         */
        "application/json": {
          events: {
            ago_ms?: number;
            event: string;
            properties?: {
              [key: string]: number | boolean | null | string;
            };
          }[];
          /** Format: uuid */
          session_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            logged: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  mcp: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "jsonrpc": "2.0",
         *       "id": 1,
         *       "method": "tools/list"
         *     }
         */
        "application/json": {
          id?: string | number;
          /** @constant */
          jsonrpc: "2.0";
          method?: string;
          params?: {
            [key: string]: unknown;
          };
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            jsonrpc: "2.0";
          } & {
            [key: string]: unknown;
          };
        };
      };
      /** @description Accepted; there is nothing to answer */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request cannot be understood */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            jsonrpc: "2.0";
          } & {
            [key: string]: unknown;
          };
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "meta-data-deletion": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "signed_request": "c2lnbmF0dXJl.cGF5bG9hZA"
         *     }
         */
        "application/x-www-form-urlencoded": {
          signed_request: string;
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uuid */
            confirmation_code: string;
            /** Format: uri */
            url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "meta-deauthorize": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "signed_request": "c2lnbmF0dXJl.cGF5bG9hZA"
         *     }
         */
        "application/x-www-form-urlencoded": {
          signed_request: string;
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            received: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "meta-webhook-challenge": {
    parameters: {
      query?: {
        /** @example 1158201444 */
        "hub.challenge"?: string;
        /** @example subscribe */
        "hub.mode"?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Yes: the words of the challenge */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "meta-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "object": "page",
         *       "entry": [
         *         {
         *           "id": "1",
         *           "time": 1795000000,
         *           "changes": [
         *             {
         *               "field": "x",
         *               "value": 1
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        "application/json": {
          entry: ({
            /** @default [] */
            changes?: ({
              field: string;
              value?: unknown;
            } & {
              [key: string]: unknown;
            })[];
            id: string | number;
            time?: number;
          } & {
            [key: string]: unknown;
          })[];
          object: string;
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            received: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  mute: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "category": "news"
         *     }
         */
        "application/json": {
          category?: string;
          /** Format: uuid */
          content_id?: string;
          /** Format: uuid */
          creator_id?: string;
          /** @default true */
          is_muted?: boolean;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            followers: number | null;
            following: number;
            is_followed: boolean;
            is_muted: boolean;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-facebook-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          account_id?: string;
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            reconnected: boolean;
            /** Format: uuid */
            social_account_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-facebook-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          /** Format: uri */
          redirect_uri?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-instagram-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          account_id?: string;
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            reconnected: boolean;
            /** Format: uuid */
            social_account_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-instagram-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          /** Format: uri */
          redirect_uri?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-search-console-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            code: string | null;
            /** Format: uuid */
            connection_id: string;
            is_verified: boolean;
            message: string | null;
            proofs: {
              /** @enum {string} */
              method: "meta" | "file" | "engine";
              what: string;
              where: string;
            }[];
            search_engine: string;
            site_url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-search-console-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "site_url": "https://example.com",
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          item_path?: string;
          /** Format: uri */
          redirect_uri?: string;
          site_url: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-tiktok-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          account_id?: string;
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            reconnected: boolean;
            /** Format: uuid */
            social_account_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-tiktok-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          /** Format: uri */
          redirect_uri?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-twitter-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          account_id?: string;
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            reconnected: boolean;
            /** Format: uuid */
            social_account_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-twitter-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          /** Format: uri */
          redirect_uri?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-youtube-callback": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "code": "4/0AX4XfWh-code",
         *       "state": "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk"
         *     }
         */
        "application/json": {
          account_id?: string;
          code?: string;
          error?: string;
          state: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "social_account_id": "1c7e7e52-865a-4fcc-9837-4356de79475f",
           *       "reconnected": true
           *     }
           */
          "application/json": {
            reconnected: boolean;
            /** Format: uuid */
            social_account_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "oauth-youtube-init": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "redirect_uri": "http://localhost:3000/oauth/callback"
         *     }
         */
        "application/json": {
          /** Format: uri */
          redirect_uri?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "authorization_url": "http://127.0.0.1:20754/accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=streamvibe-local.apps.googleusercontent.com&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Foauth%2Fcallback&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fyoutube.readonly+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fyoutube.upload+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fyoutube.force-ssl&state=49pmPOLIXLRBKOZRM842Zk7olqYCDUVQvxigjvBqQKU&code_challenge=Gz2p3lhrMwaiHWM0lIcTfgNuVhLXJjzLgGidm1XjXGg&code_challenge_method=S256&access_type=offline&prompt=consent",
           *       "state": "49pmPOLIXLRBKOZRM842Zk7olqYCDUVQvxigjvBqQKU"
           *     }
           */
          "application/json": {
            /** Format: uri */
            authorization_url: string;
            state: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "process-auto-sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": {
          /** @default 200 */
          max_accounts?: number;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            enqueued: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "process-stripe-events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": {
          /** @default 500 */
          max_customers?: number;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            customers: number;
            failed: number;
            mails: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "publish-post": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "post_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002",
         *       "publish_at": "2026-12-24T09:00"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          post_id: string;
          publish_at?: string;
          time_zone?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            body: string;
            created_at: string;
            media_ids: string[];
            /** Format: uuid */
            post_id: string;
            publish_at: string | null;
            /** @enum {string} */
            status:
              | "draft"
              | "scheduled"
              | "publishing"
              | "unknown"
              | "published"
              | "partly_published"
              | "failed"
              | "cancelled";
            targets: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            time_zone: string;
            title: string;
            updated_at: string;
            version: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "refresh-oauth-tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            failed: number;
            needs_reconnect: number;
            refreshed: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "refresh-sitemap": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "max_parts": 10
         *     }
         */
        "application/json": {
          /** @default 10 */
          max_parts?: number;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "rendered": 2,
           *       "remaining": 0
           *     }
           */
          "application/json": {
            remaining: number;
            rendered: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  robots: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "save-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "url": "https://hooks.example.com/streamvibe",
         *       "events": [
         *         "post.*"
         *       ]
         *     }
         */
        "application/json": {
          description?: string;
          /** Format: uuid */
          endpoint_id?: string;
          events?: string[];
          is_active?: boolean;
          /** @default false */
          rotate_secret?: boolean;
          /** Format: uri */
          url?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uuid */
            endpoint_id: string;
            secret: string | null;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "search-content": {
    parameters: {
      query: {
        category?:
          | "music"
          | "gaming"
          | "education"
          | "lifestyle"
          | "comedy"
          | "tech"
          | "beauty"
          | "fitness"
          | "food"
          | "business"
          | "art"
          | "entertainment"
          | "news"
          | "science"
          | "other";
        content_type?: string;
        cursor?: string;
        facets?: "true" | "false";
        language?: string;
        /** @example 10 */
        limit?: number;
        max_duration?: number;
        min_duration?: number;
        platform?: "youtube" | "instagram" | "tiktok" | "facebook" | "twitter";
        published_since?: string;
        published_until?: string;
        /** @example minecraft castle */
        q: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "results": [
           *         {
           *           "id": "d6375891-801d-4823-bb2c-85e8aa982f00",
           *           "platform": "youtube",
           *           "content_type": "post",
           *           "title": "Item 5",
           *           "description": "",
           *           "thumbnail_url": null,
           *           "permalink": null,
           *           "category": "gaming",
           *           "language": null,
           *           "duration_seconds": 50,
           *           "hashtags": [],
           *           "views_count": 0,
           *           "likes_count": 0,
           *           "comments_count": 0,
           *           "total_clicks": 0,
           *           "published_at": "2026-11-26T18:56:09.95615+00:00",
           *           "creator": {
           *             "id": "e4cf7308-2dc8-4f76-a2b2-b9f9b8dffe08",
           *             "slug": "c-b9f9b8dffe08",
           *             "display_name": "Public Creator",
           *             "avatar_url": null,
           *             "category": "gaming",
           *             "is_verified": false
           *           },
           *           "title_html": "Item 5",
           *           "snippet_html": ""
           *         }
           *       ],
           *       "total_count": 5,
           *       "total_is_estimate": false,
           *       "did_you_mean": null,
           *       "facets": null,
           *       "next_cursor": null
           *     }
           */
          "application/json": {
            did_you_mean: string | null;
            facets: {
              category: {
                [key: string]: number;
              };
              content_type: {
                [key: string]: number;
              };
              platform: {
                [key: string]: number;
              };
            } | null;
            next_cursor: string | null;
            results: {
              category: string | null;
              comments_count: number;
              content_type: string;
              creator: {
                avatar_url: string | null;
                category: string | null;
                display_name: string | null;
                /** Format: uuid */
                id: string;
                is_verified: boolean;
                slug: string | null;
              };
              description: string;
              duration_seconds: number | null;
              hashtags: string[];
              /** Format: uuid */
              id: string;
              language: string | null;
              likes_count: number;
              permalink: string | null;
              platform: string;
              published_at: string;
              snippet_html: string;
              thumbnail_url: string | null;
              title: string;
              title_html: string;
              total_clicks: number;
              views_count: number;
            }[];
            total_count: number;
            total_is_estimate: boolean;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "search-creators": {
    parameters: {
      query: {
        category?:
          | "music"
          | "gaming"
          | "education"
          | "lifestyle"
          | "comedy"
          | "tech"
          | "beauty"
          | "fitness"
          | "food"
          | "business"
          | "art"
          | "entertainment"
          | "news"
          | "science"
          | "other";
        cursor?: string;
        /** @example 10 */
        limit?: number;
        /** @example tech */
        q: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            next_cursor: string | null;
            results: {
              avatar_url: string | null;
              bio: string | null;
              category: string | null;
              display_name: string | null;
              /** Format: uuid */
              id: string;
              is_verified: boolean;
              item_count: number;
              slug: string | null;
              total_followers: number;
            }[];
            total_count: number;
          };
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "send-alerts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            channels: string[];
            failed: number;
            sent: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "send-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "endpoint_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0005"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          delivery_id?: string;
          /** Format: uuid */
          endpoint_id: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uuid */
            delivery_id: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "settle-publishing-problems": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "target_ids": [
         *         "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0003"
         *       ],
         *       "decision": "retry"
         *     }
         */
        "application/json": {
          /** @enum {string} */
          decision: "retry" | "discard" | "published";
          /**
           * @default me
           * @enum {string}
           */
          of?: "me" | "everybody";
          target_ids: string[];
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            settled: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  sitemap: {
    parameters: {
      query?: {
        /** @example 1 */
        page?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/xml": string;
        };
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "stripe-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "id": "evt_1",
         *       "type": "customer.subscription.updated",
         *       "livemode": false,
         *       "data": {
         *         "object": {
         *           "object": "subscription",
         *           "id": "sub_1",
         *           "customer": "cus_1"
         *         }
         *       }
         *     }
         */
        "application/json": {
          data?:
            | ({
              object?: {
                [key: string]: unknown;
              } | null;
            } & {
              [key: string]: unknown;
            })
            | null;
          id: string;
          livemode: boolean;
          type: string;
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            received: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "submit-to-seo": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "content_item_id": "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
         *       "search_engine": "google"
         *     }
         */
        "application/json": {
          /** @constant */
          all_changed?: true;
          /** Format: uuid */
          content_item_id?: string;
          content_item_ids?: string[];
          /** @enum {string} */
          search_engine?: "google" | "bing" | "yandex" | "indexnow";
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            beyond_quota: number;
            not_public: string[];
            status: ("pending" | "submitted" | "indexed" | "rejected" | "failed") | null;
            submission_id: string | null;
            submissions: {
              /** Format: uuid */
              content_item_id: string;
              is_new: boolean;
              message: string | null;
              search_engine: string;
              /** @enum {string} */
              status: "pending" | "submitted" | "indexed" | "rejected" | "failed";
              /** Format: uuid */
              submission_id: string;
            }[];
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      403: components["responses"]["Problem403"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "sync-facebook": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *       "max_results": 5
         *     }
         */
        "application/json": {
          /** @default 50 */
          max_results?: number;
          /** Format: uuid */
          social_account_id: string;
          /** Format: uuid */
          sync_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            has_more: boolean;
            items_seen: number;
            new_items: number;
            removed_items: number;
            /** Format: uuid */
            sync_id: string;
            synced_count: number;
            total_items: number | null;
            unchanged_items: number;
            updated_items: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "sync-instagram": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *       "max_results": 5
         *     }
         */
        "application/json": {
          /** @default 50 */
          max_results?: number;
          /** Format: uuid */
          social_account_id: string;
          /** Format: uuid */
          sync_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            has_more: boolean;
            items_seen: number;
            new_items: number;
            removed_items: number;
            /** Format: uuid */
            sync_id: string;
            synced_count: number;
            total_items: number | null;
            unchanged_items: number;
            updated_items: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "sync-tiktok": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *       "max_results": 5
         *     }
         */
        "application/json": {
          /** @default 50 */
          max_results?: number;
          /** Format: uuid */
          social_account_id: string;
          /** Format: uuid */
          sync_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            has_more: boolean;
            items_seen: number;
            new_items: number;
            removed_items: number;
            /** Format: uuid */
            sync_id: string;
            synced_count: number;
            total_items: number | null;
            unchanged_items: number;
            updated_items: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "sync-twitter": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *       "max_results": 5
         *     }
         */
        "application/json": {
          /** @default 50 */
          max_results?: number;
          /** Format: uuid */
          social_account_id: string;
          /** Format: uuid */
          sync_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            has_more: boolean;
            items_seen: number;
            new_items: number;
            removed_items: number;
            /** Format: uuid */
            sync_id: string;
            synced_count: number;
            total_items: number | null;
            unchanged_items: number;
            updated_items: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "sync-youtube": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *       "max_results": 5
         *     }
         */
        "application/json": {
          /** @default 50 */
          max_results?: number;
          /** Format: uuid */
          social_account_id: string;
          /** Format: uuid */
          sync_id?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "sync_id": "bc27c793-cfa4-4f7c-b2b9-793cb794d71b",
           *       "synced_count": 4,
           *       "new_items": 4,
           *       "updated_items": 0,
           *       "unchanged_items": 0,
           *       "removed_items": 0,
           *       "has_more": true,
           *       "total_items": 9,
           *       "items_seen": 4
           *     }
           */
          "application/json": {
            has_more: boolean;
            items_seen: number;
            new_items: number;
            removed_items: number;
            /** Format: uuid */
            sync_id: string;
            synced_count: number;
            total_items: number | null;
            unchanged_items: number;
            updated_items: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      402: components["responses"]["Problem402"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      502: components["responses"]["Problem502"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  thumbnail: {
    parameters: {
      query: {
        /** @example 3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11 */
        id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      /** @description The address is in `Location` */
      302: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The caller has it already (`If-None-Match`) */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "tiktok-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "client_key": "key",
         *       "event": "x",
         *       "create_time": 1795000000,
         *       "user_openid": "_000x"
         *     }
         */
        "application/json": {
          client_key: string;
          content?: string;
          create_time: number;
          event: string;
          user_openid: string;
        } & {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            received: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "track-click": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "content_id": "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
         *       "referrer": "https://www.example.com/",
         *       "q": "minecraft"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          content_id: string;
          q?: string;
          referrer?: string;
          user_agent?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "success": true
           *     }
           */
          "application/json": {
            /** @constant */
            success: true;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "update-post": {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the first answer again for 24 hours */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "post_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002",
         *       "version": 1,
         *       "body": "The new episode is out today",
         *       "targets": [
         *         {
         *           "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *           "kind": "text"
         *         }
         *       ]
         *     }
         */
        "application/json": {
          /** @default  */
          body?: string;
          /** @default [] */
          media_ids?: string[];
          now?: boolean;
          /** Format: uuid */
          post_id: string;
          publish_at?: string;
          targets: {
            body?: string;
            /** @enum {string} */
            kind: "text" | "thread" | "link" | "image" | "carousel" | "video" | "short" | "reel" | "story";
            media_ids?: string[];
            /** @default {} */
            options?: {
              category_id?: string;
              cover_ms?: number;
              disable_comments?: boolean;
              disable_duet?: boolean;
              disable_stitch?: boolean;
              first_comment?: string;
              held_by_platform?: boolean;
              is_ai_generated?: boolean;
              is_paid_partnership?: boolean;
              /** Format: uri */
              link?: string;
              made_for_kids?: boolean;
              notify_subscribers?: boolean;
              privacy?: string;
              share_to_feed?: boolean;
              tags?: string[];
              thread?: string[];
              /** Format: uuid */
              thumbnail_media_id?: string;
            };
            /** Format: uuid */
            social_account_id: string;
            title?: string;
          }[];
          time_zone?: string;
          /** @default  */
          title?: string;
          version?: number;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            body: string;
            checked: {
              is_ready: boolean;
              targets: {
                kind: string;
                objections: {
                  code: string;
                  count?: number;
                  field: string;
                  /** @enum {string} */
                  level: "error" | "warning";
                  limit?: number;
                  message: string;
                }[];
                platform: string | null;
                /** Format: uuid */
                social_account_id: string;
              }[];
            };
            created_at: string;
            media_ids: string[];
            /** Format: uuid */
            post_id: string;
            publish_at: string | null;
            /** @enum {string} */
            status:
              | "draft"
              | "scheduled"
              | "publishing"
              | "unknown"
              | "published"
              | "partly_published"
              | "failed"
              | "cancelled";
            targets: {
              body: string | null;
              due_at: string | null;
              error_code: string | null;
              error_message: string | null;
              history: {
                armed_at: string;
                attempt: number;
                cost_micro_usd: number | null;
                error_code: string | null;
                is_decisive: boolean;
                note: string | null;
                sent_at: string | null;
                settled_at: string | null;
                status: string;
                step: string;
              }[];
              kind: string;
              media_ids: string[] | null;
              next_at: string | null;
              options: {
                [key: string]: unknown;
              };
              permalink: string | null;
              platform: string;
              platform_post_id: string | null;
              published_at: string | null;
              settled_by: string | null;
              /** Format: uuid */
              social_account_id: string;
              /** @enum {string} */
              status:
                | "draft"
                | "scheduled"
                | "publishing"
                | "waiting"
                | "unknown"
                | "published"
                | "failed"
                | "cancelled";
              /** Format: uuid */
              target_id: string;
              title: string | null;
              wait_reason: string | null;
              who_must_act: ("creator" | "operator" | "nobody") | null;
            }[];
            time_zone: string;
            title: string;
            updated_at: string;
            version: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      409: components["responses"]["Problem409"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "update-trending-keywords": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            updated: number;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      500: components["responses"]["Problem500"];
      504: components["responses"]["Problem504"];
    };
  };
  "validate-post": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "body": "The new episode is out",
         *       "targets": [
         *         {
         *           "social_account_id": "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
         *           "kind": "text"
         *         }
         *       ]
         *     }
         */
        "application/json": {
          /** @default false */
          ask_platforms?: boolean;
          /** @default  */
          body?: string;
          /** @default [] */
          media_ids?: string[];
          targets: {
            body?: string;
            /** @enum {string} */
            kind: "text" | "thread" | "link" | "image" | "carousel" | "video" | "short" | "reel" | "story";
            media_ids?: string[];
            /** @default {} */
            options?: {
              category_id?: string;
              cover_ms?: number;
              disable_comments?: boolean;
              disable_duet?: boolean;
              disable_stitch?: boolean;
              first_comment?: string;
              held_by_platform?: boolean;
              is_ai_generated?: boolean;
              is_paid_partnership?: boolean;
              /** Format: uri */
              link?: string;
              made_for_kids?: boolean;
              notify_subscribers?: boolean;
              privacy?: string;
              share_to_feed?: boolean;
              tags?: string[];
              thread?: string[];
              /** Format: uuid */
              thumbnail_media_id?: string;
            };
            /** Format: uuid */
            social_account_id: string;
            title?: string;
          }[];
          time_zone?: string;
          /** @default  */
          title?: string;
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            is_ready: boolean;
            targets: {
              kind: string;
              objections: {
                code: string;
                count?: number;
                field: string;
                /** @enum {string} */
                level: "error" | "warning";
                limit?: number;
                message: string;
              }[];
              platform: string | null;
              /** Format: uuid */
              social_account_id: string;
            }[];
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "validate-seo": {
    parameters: {
      query: {
        /** @example 3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11 */
        content_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: uuid */
            content_id: string;
            findings: {
              code: string;
              /** Format: uri */
              document_url: string;
              field: string;
              fix: string;
              message: string;
              /** @enum {string} */
              severity: "error" | "warning" | "info";
            }[];
            rich_result: string | null;
            /** Format: uri */
            url: string;
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "verify-search-engine": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "connection_id": "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11"
         *     }
         */
        "application/json": {
          /** Format: uuid */
          connection_id: string;
          /** @enum {string} */
          method?: "meta" | "file" | "engine";
        };
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            code: string | null;
            is_verified: boolean;
            message: string | null;
            /** @enum {string} */
            method: "meta" | "file" | "engine";
          };
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "youtube-webhook-challenge": {
    parameters: {
      query?: {
        /** @example 1158201444 */
        "hub.challenge"?: string;
        /** @example subscribe */
        "hub.mode"?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Yes: the words of the challenge */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  "youtube-webhook": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example <feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"><entry><id>yt:video:vid00000001</id><yt:videoId>vid00000001</yt:videoId><yt:channelId>UCexample</yt:channelId><title>Episode 1</title><published>2026-11-01T09:59:00+00:00</published></entry></feed> */
        "application/atom+xml": string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            received: true;
          };
        };
      };
      /** @description Accepted; there is nothing to answer */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["Problem400"];
      401: components["responses"]["Problem401"];
      404: components["responses"]["Problem404"];
      405: components["responses"]["Problem405"];
      413: components["responses"]["Problem413"];
      415: components["responses"]["Problem415"];
      422: components["responses"]["Problem422"];
      429: components["responses"]["Problem429"];
      500: components["responses"]["Problem500"];
      503: components["responses"]["Problem503"];
      504: components["responses"]["Problem504"];
    };
  };
  list_account_status: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          description?: string;
          display_name?: string;
          id?: string;
          slug?: string;
          sort_order?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["account_status"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["account_status"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_ai_model: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          context_tokens?: string;
          created_at?: string;
          display_name?: string;
          id?: string;
          input_cost_per_1k_tokens?: string;
          is_default?: string;
          max_output_tokens?: string;
          output_cost_per_1k_tokens?: string;
          provider_id?: string;
          replaced_by?: string;
          retired_at?: string;
          slug?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_model"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_model"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_ai_provider: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          display_name?: string;
          id?: string;
          slug?: string;
          sort_order?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_provider"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_provider"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_ai_suggestion: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          content_item_id?: string;
          created_at?: string;
          feedback?: string;
          fingerprint?: string;
          id?: string;
          model_id?: string;
          requested_model_id?: string;
          seo_parts?: string;
          seo_score?: string;
          suggested_category?: string;
          suggested_descriptions?: string;
          suggested_hashtags?: string;
          suggested_tags?: string;
          suggested_titles?: string;
          total_cost_cents?: string;
          trending_keywords?: string;
          trending_parts?: string;
          trending_score?: string;
          updated_at?: string;
          user_id?: string;
          was_repaired?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_suggestion"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_suggestion"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_ai_suggestion: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          content_item_id?: string;
          created_at?: string;
          feedback?: string;
          fingerprint?: string;
          id?: string;
          model_id?: string;
          requested_model_id?: string;
          seo_parts?: string;
          seo_score?: string;
          suggested_category?: string;
          suggested_descriptions?: string;
          suggested_hashtags?: string;
          suggested_tags?: string;
          suggested_titles?: string;
          total_cost_cents?: string;
          trending_keywords?: string;
          trending_parts?: string;
          trending_score?: string;
          updated_at?: string;
          user_id?: string;
          was_repaired?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          feedback?: string | null;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_suggestion"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_ai_suggestion_application: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          after?: string;
          applied_at?: string;
          before?: string;
          content_item_id?: string;
          fields?: string;
          id?: string;
          suggestion_id?: string;
          undone_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_suggestion_application"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_suggestion_application"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_ai_usage: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          billing_cycle_end?: string;
          billing_cycle_start?: string;
          cache_write_1h_tokens?: string;
          cache_write_tokens?: string;
          cached_tokens?: string;
          completion_tokens?: string;
          content_item_id?: string;
          cost_cents?: string;
          created_at?: string;
          duration_ms?: string;
          id?: string;
          is_estimated?: string;
          is_own_key?: string;
          model_id?: string;
          operation_type?: string;
          outcome?: string;
          prompt_tokens?: string;
          suggestion_id?: string;
          thought_tokens?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_usage"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ai_usage"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_audit_log: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          action?: string;
          actor_id?: string;
          created_at?: string;
          details?: string;
          id?: string;
          request_id?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["audit_log"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["audit_log"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_category: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          code?: string;
          description?: string;
          display_name?: string;
          id?: string;
          sort_order?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_category"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_category"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_click: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          clicked_at?: string;
          content_id?: string;
          country?: string;
          id?: string;
          is_counted?: string;
          query?: string;
          referrer_host?: string;
          user_agent?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_click"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_click"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_item: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          category_code?: string;
          category_source?: string;
          changed_at?: string;
          comments_count?: string;
          content_type?: string;
          created_at?: string;
          deleted_at?: string;
          deleted_by?: string;
          description?: string;
          duration_seconds?: string;
          hashtags?: string;
          hidden_at?: string;
          hidden_reason?: string;
          id?: string;
          language?: string;
          likes_count?: string;
          metadata?: string;
          permalink?: string;
          platform_category?: string;
          platform_content_id?: string;
          published_at?: string;
          search_vector?: string;
          shares_count?: string;
          social_account_id?: string;
          source_hash?: string;
          tags?: string;
          thumbnail_url?: string;
          title?: string;
          total_clicks?: string;
          updated_at?: string;
          user_id?: string;
          vanished_at?: string;
          views_count?: string;
          visibility?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_item"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_item"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_content_item: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          category_code?: string;
          category_source?: string;
          changed_at?: string;
          comments_count?: string;
          content_type?: string;
          created_at?: string;
          deleted_at?: string;
          deleted_by?: string;
          description?: string;
          duration_seconds?: string;
          hashtags?: string;
          hidden_at?: string;
          hidden_reason?: string;
          id?: string;
          language?: string;
          likes_count?: string;
          metadata?: string;
          permalink?: string;
          platform_category?: string;
          platform_content_id?: string;
          published_at?: string;
          search_vector?: string;
          shares_count?: string;
          social_account_id?: string;
          source_hash?: string;
          tags?: string;
          thumbnail_url?: string;
          title?: string;
          total_clicks?: string;
          updated_at?: string;
          user_id?: string;
          vanished_at?: string;
          views_count?: string;
          visibility?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          category_code?: string | null;
          /** Format: date-time */
          deleted_at?: string | null;
          description?: string;
          hashtags?: string[];
          tags?: string[];
          title?: string;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_item"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_media: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          alt_text?: string;
          content_id?: string;
          created_at?: string;
          duration_seconds?: string;
          height?: string;
          kind?: string;
          platform_media_id?: string;
          position?: string;
          thumbnail_url?: string;
          updated_at?: string;
          url?: string;
          user_id?: string;
          width?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_media"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_media"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_revision: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          changed_by?: string;
          changed_fields?: string;
          content_item_id?: string;
          created_at?: string;
          description?: string;
          id?: string;
          source?: string;
          tags?: string;
          thumbnail_url?: string;
          title?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_revision"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_revision"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_tag: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          confidence_score?: string;
          content_id?: string;
          created_at?: string;
          source?: string;
          tag?: string;
          tag_type?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_tag"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_tag"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  create_content_tag: {
    parameters: {
      query?: {
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          content_id: string;
          source: string;
          tag: string;
          tag_type?: string;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_tag"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      409: components["responses"]["DataApi409"];
      default: components["responses"]["DataApiOther"];
    };
  };
  delete_content_tag: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          confidence_score?: string;
          content_id?: string;
          created_at?: string;
          source?: string;
          tag?: string;
          tag_type?: string;
        };
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_tag"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_content_type: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          description?: string;
          display_name?: string;
          id?: string;
          slug?: string;
          sort_order?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_type"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["content_type"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_featured_creator: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          ends_at?: string;
          featured_at?: string;
          featured_by?: string;
          reason?: string;
          sort_order?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["featured_creator"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["featured_creator"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_job_log: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          attempt?: string;
          created_at?: string;
          details?: string;
          id?: string;
          job_id?: string;
          level?: string;
          message?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_log"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_log"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_job_queue: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          attempts?: string;
          checkpoint?: string;
          created_at?: string;
          dedupe_hash?: string;
          error_code?: string;
          error_message?: string;
          finished_at?: string;
          handler?: string;
          id?: string;
          job_type?: string;
          max_attempts?: string;
          params?: string;
          priority?: string;
          progress_message?: string;
          progress_percent?: string;
          request_id?: string;
          result?: string;
          run_at?: string;
          started_at?: string;
          status?: string;
          updated_at?: string;
          user_id?: string;
          worker_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_queue"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_queue"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_job_type: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          backoff_base_seconds?: string;
          backoff_cap_seconds?: string;
          cache_seconds?: string;
          created_at?: string;
          dedupe_seconds?: string;
          description?: string;
          display_name?: string;
          expire_seconds?: string;
          is_for_creators?: string;
          keep_days?: string;
          max_attempts?: string;
          slug?: string;
          sort_order?: string;
          timeout_seconds?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_type"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["job_type"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_notification: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          data?: string;
          id?: string;
          message?: string;
          read_at?: string;
          title?: string;
          type?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example [] */
          "application/json": components["schemas"]["notification"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["notification"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  delete_notification: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          data?: string;
          id?: string;
          message?: string;
          read_at?: string;
          title?: string;
          type?: string;
          updated_at?: string;
          user_id?: string;
        };
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["notification"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_notification: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          data?: string;
          id?: string;
          message?: string;
          read_at?: string;
          title?: string;
          type?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: date-time */
          read_at?: string | null;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["notification"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_platform: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          display_name?: string;
          id?: string;
          is_active?: string;
          slug?: string;
          sort_order?: string;
          website_url?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["platform"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["platform"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_platform_connection: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          id?: string;
          is_active?: string;
          last_refreshed_at?: string;
          platform_id?: string;
          scopes?: string;
          token_expires_at?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["platform_connection"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["platform_connection"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_post: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          body?: string;
          created_at?: string;
          id?: string;
          media_ids?: string;
          publish_at?: string;
          time_zone?: string;
          title?: string;
          updated_at?: string;
          user_id?: string;
          version?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_post_media: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          alt_text?: string;
          bytes?: string;
          created_at?: string;
          duration_seconds?: string;
          frames_per_second?: string;
          height?: string;
          id?: string;
          kind?: string;
          mime_type?: string;
          ready_at?: string;
          refused_because?: string;
          sha256?: string;
          status?: string;
          user_id?: string;
          width?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post_media"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post_media"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_post_target: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          body?: string;
          created_at?: string;
          due_at?: string;
          error_code?: string;
          error_message?: string;
          id?: string;
          kind?: string;
          media_ids?: string;
          next_at?: string;
          options?: string;
          permalink?: string;
          platform?: string;
          platform_post_id?: string;
          post_id?: string;
          published_at?: string;
          settled_by?: string;
          social_account_id?: string;
          status?: string;
          title?: string;
          updated_at?: string;
          user_id?: string;
          wait_reason?: string;
          who_must_act?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post_target"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["post_target"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_publish_attempt: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          armed_at?: string;
          attempt?: string;
          cost_micro_usd?: string;
          error_code?: string;
          id?: string;
          is_decisive?: string;
          note?: string;
          sent_at?: string;
          settled_at?: string;
          status?: string;
          step?: string;
          target_id?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["publish_attempt"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["publish_attempt"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_quota_usage_history: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          ai_analyses_used?: string;
          created_at?: string;
          cycle_end_date?: string;
          cycle_start_date?: string;
          id?: string;
          seo_submissions_used?: string;
          syncs_used?: string;
          tier_id?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["quota_usage_history"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["quota_usage_history"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_cancel_jobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_ids: string[];
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_check_billing: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_get_database: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_get_job: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_job_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_accounts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_ai_costs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_alerts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_audit_log: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_content: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_cron_runs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_dead_letters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_http_calls: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_job_types: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_jobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_provider_quotas: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_slow_queries: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_limit?: number | null;
          p_order?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_subscriptions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_users: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_list_webhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_filter?: unknown;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_overview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_retry_webhook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_direction: string;
          /** Format: uuid */
          p_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_settle_dead_letters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_decision: string;
          p_error_code?: string | null;
          p_handler: string;
          p_limit?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_admin_sync_account: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_account_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_apply_ai_suggestion: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_choices?: unknown;
          p_fields: string[];
          p_is_preview?: boolean | null;
          /** Format: uuid */
          p_suggestion_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "changes": [
           *         {
           *           "after": "모든 것 서울의 밤 브이로그 4",
           *           "field": "title",
           *           "before": "서울의 밤 브이로그 4"
           *         }
           *       ],
           *       "content_item": {
           *         "id": "fe8dc503-4e9f-458e-b543-978ec7309cce",
           *         "tags": [
           *           "브이로그",
           *           "일상",
           *           "여행",
           *           "일상 29",
           *           "브이로그 53",
           *           "일상 98",
           *           "브이로그 46"
           *         ],
           *         "title": "서울의 밤 브이로그 4",
           *         "hashtags": [
           *           "日本"
           *         ],
           *         "updated_at": "2026-11-26T23:55:39.828402+00:00",
           *         "description": "재료는 아래에 적어 두었어요.\n\n재료는 아래에 적어 두었어요.\n\n재료는 아래에 적어 두었어요.\n\nhttps://example.com/1942?a=1&b=2\n\n#日本",
           *         "category_code": null
           *       },
           *       "application_id": null
           *     }
           */
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_calculate_trend_score: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: int64 */
          p_clicks: number;
          /** Format: date-time */
          p_created_at: string;
          /** Format: int64 */
          p_views: number;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_cancel_job: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_job_id: string;
          /** Format: uuid */
          p_user_id?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example false */
          "application/json": boolean | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_check_quota: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_quota_type: string;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example true */
          "application/json": boolean | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_choose_active_accounts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_account_ids: string[];
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_create_job: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type: string;
          p_params?: unknown;
          p_priority?: number | null;
          p_request_id?: string | null;
          /** Format: date-time */
          p_run_at?: string | null;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example 01a21a49-45e5-4ee0-8a3e-828b12676a24 */
          "application/json": string | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_discard_dead_letters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_ids: string[];
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_feature_creator: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: date-time */
          p_ends_at?: string | null;
          p_is_featured?: boolean | null;
          p_reason?: string | null;
          p_sort_order?: number | null;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_feed_fusion_home: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_limit?: number | null;
          p_time_zone?: string | null;
          /** Format: uuid */
          p_user_id?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_feed_fusion_profile: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_cursor?: string | null;
          p_limit?: number | null;
          p_slug: string;
          p_time_zone?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_find_or_create_job: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type: string;
          p_params?: unknown;
          p_priority?: number | null;
          p_request_id?: string | null;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            is_new: boolean | null;
            /** Format: uuid */
            job_id: string | null;
            result: unknown;
            /** @enum {string|null} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired" | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_find_users: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_limit?: number | null;
          p_query: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: date-time */
            created_at: string | null;
            display_name: string | null;
            email: string | null;
            /** Format: date-time */
            hidden_at: string | null;
            /** Format: uuid */
            id: string | null;
            profile_slug: string | null;
            roles: ("user" | "admin" | "moderator")[] | null;
            tier: string | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_generate_profile_slug: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_display_name: string;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": string | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_ai_costs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: date-time */
          p_since?: string | null;
          /** Format: date-time */
          p_until?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "rows": [
           *         {
           *           "day": "2026-11-26",
           *           "calls": 3,
           *           "model": "gpt-6-luna",
           *           "provider": "openai",
           *           "cost_cents": 0.03246,
           *           "is_own_key": false,
           *           "cached_tokens": 0,
           *           "prompt_tokens": 1191,
           *           "estimated_cents": 0,
           *           "completion_tokens": 411,
           *           "calls_of_unknown_cost": 0
           *         }
           *       ],
           *       "acceptance": [
           *         {
           *           "kept": 0,
           *           "model": "gpt-6-luna",
           *           "edited": 0,
           *           "dropped": 0,
           *           "suggestions": 3
           *         }
           *       ],
           *       "total_cents": 0.03246,
           *       "budget_cents": null,
           *       "own_key_cents": 0
           *     }
           */
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_cached_job_result: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type: string;
          p_max_age?: string | null;
          p_params?: unknown;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** Format: date-time */
            finished_at: string | null;
            /** Format: uuid */
            job_id: string | null;
            result: unknown;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_change_horizon: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example 2026-11-26T23:55:43.149185+00:00 */
          "application/json": string | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_click_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_content_id?: string | null;
          /** Format: date */
          p_since?: string | null;
          /** Format: date */
          p_until?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "by_day": [],
           *       "by_country": [],
           *       "by_referrer": [],
           *       "total_clicks": 0
           *     }
           */
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_job_logs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_job_id: string;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            attempt: number | null;
            /** Format: date-time */
            created_at: string | null;
            details: unknown;
            /** Format: int64 */
            id: number | null;
            level: string | null;
            message: string | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_job_queue_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_user_id?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            average_seconds: number | null;
            /** Format: int64 */
            job_count: number | null;
            job_type: string | null;
            /** Format: date-time */
            oldest_created_at: string | null;
            /** @enum {string|null} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired" | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_rpc_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_by?: string | null;
          p_function?: string | null;
          /** Format: date-time */
          p_since?: string | null;
          /** Format: date-time */
          p_until?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_seo_check: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_content_item_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_seo_overview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": Record<string, never>;
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_usage_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: date-time */
          p_since?: string | null;
          /** Format: date-time */
          p_until?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_get_user_jobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type?: string | null;
          p_limit?: number | null;
          p_offset?: number | null;
          /** @enum {string|null} */
          p_status?: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired" | null;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "id": "01a21a49-b192-42e7-8f53-e4f0353a9d8c",
           *         "job_type": "platform_sync",
           *         "handler": "sync_youtube",
           *         "status": "completed",
           *         "priority": 5,
           *         "progress_percent": 100,
           *         "progress_message": "Synced 3 of 3 videos",
           *         "params": {
           *           "social_account_id": "dc4b1f3a-f154-4ef4-a83f-4173257b2fd4"
           *         },
           *         "result": {
           *           "new_items": 3,
           *           "synced_count": 3,
           *           "removed_items": 0,
           *           "updated_items": 0,
           *           "unchanged_items": 0
           *         },
           *         "error_code": null,
           *         "error_message": null,
           *         "attempts": 1,
           *         "max_attempts": 5,
           *         "run_at": "2026-11-26T23:56:06.721566+00:00",
           *         "created_at": "2026-11-26T23:56:06.721566+00:00",
           *         "started_at": "2026-11-26T23:56:07.07432+00:00",
           *         "finished_at": "2026-11-26T23:56:07.492371+00:00"
           *       }
           *     ]
           */
          "application/json": {
            attempts: number | null;
            /** Format: date-time */
            created_at: string | null;
            error_code: string | null;
            error_message: string | null;
            /** Format: date-time */
            finished_at: string | null;
            handler: string | null;
            /** Format: uuid */
            id: string | null;
            job_type: string | null;
            max_attempts: number | null;
            params: unknown;
            priority: number | null;
            progress_message: string | null;
            progress_percent: number | null;
            result: unknown;
            /** Format: date-time */
            run_at: string | null;
            /** Format: date-time */
            started_at: string | null;
            /** @enum {string|null} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired" | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_has_role: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          p_role: "user" | "admin" | "moderator";
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": boolean | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_list_dead_letters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_limit?: number | null;
          p_offset?: number | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            attempts: number | null;
            /** Format: date-time */
            created_at: string | null;
            error_code: string | null;
            error_message: string | null;
            /** Format: date-time */
            failed_at: string | null;
            handler: string | null;
            /** Format: uuid */
            job_id: string | null;
            job_type: string | null;
            params: unknown;
            /** Format: int64 */
            total_count: number | null;
            /** Format: uuid */
            user_id: string | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_list_publishing_problems: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_limit?: number | null;
          p_offset?: number | null;
          /** Format: uuid */
          p_user_id?: string | null;
          p_who_must_act?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_list_slow_calls: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_function?: string | null;
          p_limit?: number | null;
          /** Format: date-time */
          p_since?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_log_usage_event_v2: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_event: string;
          p_properties?: unknown;
          /** Format: uuid */
          p_session_id?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_pause_job_type: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_pin_content: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_content_item_ids: string[];
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_resume_job_type: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_type: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_retry_dead_letters: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_job_ids: string[];
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_search_library: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_limit?: number | null;
          p_offset?: number | null;
          p_query?: string | null;
          p_tags?: string[] | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "id": "a2f370dd-358e-4e1a-a832-88eb8c9f669a",
           *         "social_account_id": "47565c7e-61ed-4c26-ba36-5b3ad3af6618",
           *         "content_type": "long_video",
           *         "title": "صحراء وادي رم — الحلقة 12",
           *         "description": "شكرًا على المشاهدة ولا تنسوا الاشتراك.\n\nالمقادير كاملة في الأسفل.\n\nhttps://example.com/6581?a=1&b=2",
           *         "tags": [
           *           "قهوة",
           *           "قهوة 37",
           *           "سفر",
           *           "سفر 42",
           *           "قهوة 97",
           *           "سفر 4",
           *           "قهوة 7"
           *         ],
           *         "hashtags": [],
           *         "thumbnail_url": "https://i.ytimg.com/vi/tQ3ssYLcRE8/maxresdefault.jpg",
           *         "permalink": "https://www.youtube.com/watch?v=tQ3ssYLcRE8",
           *         "published_at": "2026-11-15T16:21:24+00:00",
           *         "views_count": 322,
           *         "rank": 0,
           *         "matched": "text"
           *       },
           *       {
           *         "id": "e85bd6f1-6a13-4a2a-a248-7719f3fc2056",
           *         "social_account_id": "47565c7e-61ed-4c26-ba36-5b3ad3af6618",
           *         "content_type": "long_video",
           *         "title": "Épisode 11 — le pain au levain",
           *         "description": "Merci d’avoir regardé jusqu’au bout, à très bientôt.\n\nTourné à Lyon, sous la pluie, évidemment.\n\n#4K #été",
           *         "tags": [
           *           "France",
           *           "France 96",
           *           "France 94",
           *           "tutoriel",
           *           "été",
           *           "réparation"
           *         ],
           *         "hashtags": [
           *           "4k",
           *           "été"
           *         ],
           *         "thumbnail_url": "https://i.ytimg.com/vi/NaIFFv_Pb7g/hqdefault.jpg",
           *         "permalink": "https://www.youtube.com/watch?v=NaIFFv_Pb7g",
           *         "published_at": "2026-11-12T16:32:27+00:00",
           *         "views_count": 1459,
           *         "rank": 0,
           *         "matched": "text"
           *       },
           *       {
           *         "id": "97a54c6c-0555-4f84-b9b1-5ee961f2ad6f",
           *         "social_account_id": "47565c7e-61ed-4c26-ba36-5b3ad3af6618",
           *         "content_type": "long_video",
           *         "title": "How I restored sourdough ✨",
           *         "description": "The first attempt failed, and I left it in because it is the useful part.\n\nMusic by a neighbour who asked not to be named.\n\nEverything that I used is listed below; nothing here is paid for unless I say so.\n\nThanks for watching, and for every comment that made this one better.\n\nThanks for watching, and for every comment that made this one better.\n\nCorrections: at 3:10 I say grams and mean ounces.\n\nhttps://example.com/1418?a=1&b=2\n\n#قهوة #日本 #shorts",
           *         "tags": [
           *           "restoration",
           *           "diy",
           *           "cooking"
           *         ],
           *         "hashtags": [
           *           "قهوة",
           *           "日本",
           *           "shorts"
           *         ],
           *         "thumbnail_url": "https://i.ytimg.com/vi/hZZ_8kKtQh8/hqdefault.jpg",
           *         "permalink": "https://www.youtube.com/watch?v=hZZ_8kKtQh8",
           *         "published_at": "2026-11-09T16:03:59+00:00",
           *         "views_count": 1815,
           *         "rank": 0,
           *         "matched": "text"
           *       },
           *       {
           *         "id": "71b970c5-98a6-4915-8edd-0d72d21f11c5",
           *         "social_account_id": "47565c7e-61ed-4c26-ba36-5b3ad3af6618",
           *         "content_type": "long_video",
           *         "title": "Stop ruining a tiny kitchen! 🎉",
           *         "description": "Thanks for watching, and for every comment that made this one better.\n\nThanks for watching, and for every comment that made this one better.\n\nRecorded over three weekends with more rain than I had planned for.\n\n#été #Vlog #shorts",
           *         "tags": [
           *           "vlog",
           *           "diy",
           *           "slow living",
           *           "cooking",
           *           "cooking 55",
           *           "slow living 71"
           *         ],
           *         "hashtags": [
           *           "été",
           *           "vlog",
           *           "shorts"
           *         ],
           *         "thumbnail_url": "https://i.ytimg.com/vi/hNsX7pYj8xw/sddefault.jpg",
           *         "permalink": "https://www.youtube.com/watch?v=hNsX7pYj8xw",
           *         "published_at": "2026-11-06T16:35:36+00:00",
           *         "views_count": 14178,
           *         "rank": 0,
           *         "matched": "text"
           *       },
           *       {
           *         "id": "99b8a2ee-a332-4bf0-a318-3c4dcd0b16e1",
           *         "social_account_id": "47565c7e-61ed-4c26-ba36-5b3ad3af6618",
           *         "content_type": "long_video",
           *         "title": "Linen shirts for beginners ✨",
           *         "description": "If you would like to support the channel, tell one friend.\n\nMusic by a neighbour who asked not to be named.\n\nThe first attempt failed, and I left it in because it is the useful part.\n\nRecorded over three weekends with more rain than I had planned for.\n\nRecorded over three weekends with more rain than I had planned for.\n\nMusic by a neighbour who asked not to be named.\n\nhttps://example.com/2349?a=1&b=2",
           *         "tags": [
           *           "review",
           *           "restoration"
           *         ],
           *         "hashtags": [],
           *         "thumbnail_url": "https://i.ytimg.com/vi/hshmiQW1AuE/maxresdefault.jpg",
           *         "permalink": "https://www.youtube.com/watch?v=hshmiQW1AuE",
           *         "published_at": "2026-11-03T16:57:48+00:00",
           *         "views_count": 15,
           *         "rank": 0,
           *         "matched": "text"
           *       }
           *     ]
           */
          "application/json": {
            content_type: string | null;
            description: string | null;
            hashtags: string[] | null;
            /** Format: uuid */
            id: string | null;
            matched: string | null;
            permalink: string | null;
            /** Format: date-time */
            published_at: string | null;
            rank: number | null;
            /** Format: uuid */
            social_account_id: string | null;
            tags: string[] | null;
            thumbnail_url: string | null;
            title: string | null;
            /** Format: int64 */
            views_count: number | null;
          }[];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_ai_key: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_key?: string | null;
          p_provider: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example true */
          "application/json": boolean | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_content_hidden: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_content_item_id: string;
          p_hidden: boolean;
          p_reason?: string | null;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_creator_hidden: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_hidden: boolean;
          p_reason?: string | null;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_feed_preference: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_category?: string | null;
          p_choice: string;
          /** Format: uuid */
          p_content_id?: string | null;
          /** Format: uuid */
          p_creator_id?: string | null;
          /** Format: uuid */
          p_user_id?: string | null;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_seo_mode: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          p_mode: "auto" | "manual" | "disabled";
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_staff_access: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_address_header?: string | null;
          p_networks: string[];
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_user_plan: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_tier: string;
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_set_user_role: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_granted?: boolean | null;
          /** @enum {string} */
          p_role: "user" | "admin" | "moderator";
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_settle_publishing_problems: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_decision: string;
          p_target_ids: string[];
          /** Format: uuid */
          p_user_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": number | null;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_silence_alert: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          p_alert: string;
          p_subject?: string | null;
          /** Format: date-time */
          p_until?: string | null;
        };
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  rpc_undo_ai_application: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** Format: uuid */
          p_application_id: string;
        };
      };
    };
    responses: {
      /** @description What it gives */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "kept_fields": [],
           *       "undone_fields": [
           *         "title"
           *       ]
           *     }
           */
          "application/json": unknown;
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_search_engine: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          batch_size?: string;
          created_at?: string;
          display_name?: string;
          id?: string;
          slug?: string;
          sort_order?: string;
          takes_removals?: string;
          tells_status?: string;
          updated_at?: string;
          website_url?: string;
          window_seconds?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["search_engine"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["search_engine"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_seo_connection: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          engine_site?: string;
          error_code?: string;
          error_message?: string;
          id?: string;
          is_active?: string;
          is_verified?: string;
          item_path?: string;
          last_run_at?: string;
          paused_until?: string;
          search_engine_id?: string;
          site_host?: string;
          site_url?: string;
          updated_at?: string;
          user_id?: string;
          verification_method?: string;
          verification_token?: string;
          verified_at?: string;
          verify_at?: string;
          verify_failures?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_connection"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_connection"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  delete_seo_connection: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          engine_site?: string;
          error_code?: string;
          error_message?: string;
          id?: string;
          is_active?: string;
          is_verified?: string;
          item_path?: string;
          last_run_at?: string;
          paused_until?: string;
          search_engine_id?: string;
          site_host?: string;
          site_url?: string;
          updated_at?: string;
          user_id?: string;
          verification_method?: string;
          verification_token?: string;
          verified_at?: string;
          verify_at?: string;
          verify_failures?: string;
        };
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_connection"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_seo_connection: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          engine_site?: string;
          error_code?: string;
          error_message?: string;
          id?: string;
          is_active?: string;
          is_verified?: string;
          item_path?: string;
          last_run_at?: string;
          paused_until?: string;
          search_engine_id?: string;
          site_host?: string;
          site_url?: string;
          updated_at?: string;
          user_id?: string;
          verification_method?: string;
          verification_token?: string;
          verified_at?: string;
          verify_at?: string;
          verify_failures?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          is_active?: boolean;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_connection"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_seo_submission: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          attempted_at?: string;
          attempts?: string;
          checked_at?: string;
          checks?: string;
          claimed_until?: string;
          connection_id?: string;
          content_item_id?: string;
          created_at?: string;
          due_at?: string;
          engine_ref?: string;
          error_code?: string;
          error_message?: string;
          finished_at?: string;
          history?: string;
          id?: string;
          next_check_at?: string;
          response_status?: string;
          status?: string;
          submission_type?: string;
          submitted_at?: string;
          submitted_url?: string;
          unit_reserved_at?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_submission"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_submission"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_seo_usage: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          connection_id?: string;
          id?: string;
          quota?: string;
          quota_limit?: string;
          updated_at?: string;
          used?: string;
          user_id?: string;
          window_end?: string;
          window_start?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_usage"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["seo_usage"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_social_account: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          avatar_url?: string;
          connection_id?: string;
          created_at?: string;
          deleted_at?: string;
          details?: string;
          display_name?: string;
          followers_count?: string;
          id?: string;
          last_error?: string;
          last_synced_at?: string;
          max_sync_hours?: string;
          min_sync_hours?: string;
          next_sync_at?: string;
          paused_at?: string;
          platform_account_id?: string;
          platform_id?: string;
          profile_url?: string;
          status?: string;
          sync_mode?: string;
          updated_at?: string;
          user_id?: string;
          username?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["social_account"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["social_account"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_social_account: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          avatar_url?: string;
          connection_id?: string;
          created_at?: string;
          deleted_at?: string;
          details?: string;
          display_name?: string;
          followers_count?: string;
          id?: string;
          last_error?: string;
          last_synced_at?: string;
          max_sync_hours?: string;
          min_sync_hours?: string;
          next_sync_at?: string;
          paused_at?: string;
          platform_account_id?: string;
          platform_id?: string;
          profile_url?: string;
          status?: string;
          sync_mode?: string;
          updated_at?: string;
          user_id?: string;
          username?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          max_sync_hours?: number;
          min_sync_hours?: number;
          /** @enum {string} */
          sync_mode?: "auto" | "manual" | "disabled";
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["social_account"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_stripe_webhook_events: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          attempts?: string;
          created_at?: string;
          data?: string;
          due_at?: string;
          event_id?: string;
          event_type?: string;
          id?: string;
          last_error?: string;
          livemode?: string;
          processed_at?: string;
          status?: string;
          subject?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["stripe_webhook_events"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["stripe_webhook_events"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_subscription: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          ai_analyses_used?: string;
          created_at?: string;
          cycle_anchor_day?: string;
          cycle_end_date?: string;
          cycle_start_date?: string;
          id?: string;
          seo_submissions_used?: string;
          status_id?: string;
          syncs_used?: string;
          tier_id?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_subscription_status: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          description?: string;
          display_name?: string;
          id?: string;
          slug?: string;
          sort_order?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription_status"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription_status"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_subscription_tier: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          description?: string;
          display_name?: string;
          id?: string;
          is_active?: string;
          max_ai_analyses_per_month?: string;
          max_seo_submissions_per_month?: string;
          max_social_accounts?: string;
          max_syncs_per_month?: string;
          price_cents_per_month?: string;
          slug?: string;
          sort_order?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription_tier"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["subscription_tier"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_trending_content: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          content_id?: string;
          id?: string;
          last_updated_at?: string;
          rank_position?: string;
          trend_category?: string;
          trend_score?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["trending_content"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["trending_content"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_trending_keyword: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          category_code?: string;
          expires_at?: string;
          growth?: string;
          id?: string;
          keyword?: string;
          language?: string;
          people?: string;
          score?: string;
          source?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["trending_keyword"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["trending_keyword"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_user_ai_setting: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          fallback_providers?: string;
          key_secret_names?: string;
          language?: string;
          model_id?: string;
          monthly_budget_cents?: string;
          provider_id?: string;
          tone?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_ai_setting"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_ai_setting"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  create_user_ai_setting: {
    parameters: {
      query?: {
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          fallback_providers?: string[];
          language?: string | null;
          /** Format: uuid */
          model_id?: string | null;
          monthly_budget_cents?: number | null;
          /** Format: uuid */
          provider_id?: string | null;
          tone?: string;
          /** Format: uuid */
          user_id: string;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_ai_setting"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      409: components["responses"]["DataApi409"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_user_ai_setting: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          fallback_providers?: string;
          key_secret_names?: string;
          language?: string;
          model_id?: string;
          monthly_budget_cents?: string;
          provider_id?: string;
          tone?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          fallback_providers?: string[];
          language?: string | null;
          /** Format: uuid */
          model_id?: string | null;
          monthly_budget_cents?: number | null;
          /** Format: uuid */
          provider_id?: string | null;
          tone?: string;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_ai_setting"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_user_role: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          granted_at?: string;
          role?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_role"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_role"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_user_setting: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          default_sync_mode?: string;
          email_notifications?: string;
          language?: string;
          time_zone?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_setting"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_setting"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_user_setting: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          created_at?: string;
          default_sync_mode?: string;
          email_notifications?: string;
          language?: string;
          time_zone?: string;
          updated_at?: string;
          user_id?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @enum {string} */
          default_sync_mode?: "auto" | "manual" | "disabled";
          email_notifications?: boolean;
          language?: string;
          time_zone?: string;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["user_setting"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  list_users: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          avatar_url?: string;
          bio?: string;
          created_at?: string;
          display_name?: string;
          email?: string;
          hidden_at?: string;
          hidden_reason?: string;
          id?: string;
          is_public?: string;
          is_verified?: string;
          onboarded_at?: string;
          primary_category?: string;
          profile_slug?: string;
          updated_at?: string;
        };
        /** @description At most 1,000 rows come at once */
        limit?: components["parameters"]["Limit"];
        /** @description Rows to skip; a condition on the last key seen is faster */
        offset?: components["parameters"]["Offset"];
        /** @description `published_at.desc,id` */
        order?: components["parameters"]["Order"];
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows that the caller may see */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["users"][];
        };
      };
      /** @description Some of them; with `Prefer: count=…`, `Content-Range` says of how many */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["users"][];
        };
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
  update_users: {
    parameters: {
      query?: {
        /** @description A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets */
        filters?: {
          avatar_url?: string;
          bio?: string;
          created_at?: string;
          display_name?: string;
          email?: string;
          hidden_at?: string;
          hidden_reason?: string;
          id?: string;
          is_public?: string;
          is_verified?: string;
          onboarded_at?: string;
          primary_category?: string;
          profile_slug?: string;
          updated_at?: string;
        };
        /** @description Columns, and rows of other tables: `id,title,social_account(display_name)` */
        select?: components["parameters"]["Select"];
      };
      header?: {
        /** @description `return=representation` gives the rows that were written */
        Prefer?: components["parameters"]["Prefer"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          avatar_url?: string | null;
          bio?: string | null;
          display_name?: string | null;
          is_public?: boolean;
          primary_category?: string | null;
        };
      };
    };
    responses: {
      /** @description Done; the rows come with `Prefer: return=representation` */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["users"][];
        };
      };
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["DataApi400"];
      401: components["responses"]["DataApi401"];
      403: components["responses"]["DataApi403"];
      default: components["responses"]["DataApiOther"];
    };
  };
}
