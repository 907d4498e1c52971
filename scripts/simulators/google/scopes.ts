/** The scopes that this simulator knows, in the words of the consent page. */
export const scope_words: Readonly<Record<string, string>> = {
  "https://www.googleapis.com/auth/youtube.readonly": "See your YouTube account",
  "https://www.googleapis.com/auth/youtube": "Manage your YouTube account",
  "https://www.googleapis.com/auth/youtube.force-ssl":
    "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
  "https://www.googleapis.com/auth/youtube.upload": "Manage your YouTube videos",
  "https://www.googleapis.com/auth/youtubepartner": "See and edit your YouTube channel and its assets",
  "https://www.googleapis.com/auth/youtubepartner-channel-audit":
    "See private information of your channel for an audit",
  "https://www.googleapis.com/auth/yt-analytics.readonly": "See YouTube Analytics reports for your content",
  "https://www.googleapis.com/auth/userinfo.email": "See your primary Google Account email address",
  "https://www.googleapis.com/auth/userinfo.profile":
    "See your personal info, including any that you made public",
  openid: "Associate you with your personal info on Google",
};
