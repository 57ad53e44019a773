//! The one list of names whose text must never be printed.

use heck::ToSnakeCase;

/// Credentials, and what makes one.
const CREDENTIALS: [&str; 26] = [
    "access_token",
    "api_key",
    "auth_token",
    "bearer_token",
    "card_cvv",
    "card_full_expiration",
    "card_number",
    "client_secret",
    "cvv",
    "decryption_key",
    "id_token",
    "mfa_secret",
    "new_password",
    "oauth_client_secret",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "refresh_token",
    "secret",
    "secret_key",
    "session_token",
    "signing_secret",
    "token",
    "totp",
];

/// Addresses that carry a credential in them: whoever has the text has the access.
const ADDRESSES: [&str; 14] = [
    "approval_url",
    "cdp_url",
    "connection_url",
    "debug_url",
    "download_url",
    "jupyter_url",
    "mouse_manifest_url",
    "mp4_url",
    "playlist_content",
    "presigned_url",
    "signed_url",
    "upload_url",
    "viewer_url",
    "ws_url",
];

/// Whether a text of this name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_snake_case();
    CREDENTIALS.contains(&name.as_str()) || ADDRESSES.contains(&name.as_str())
}
