//! What needs Notte's cloud: a 4xx each, which says why and what to use instead.

use axum::http::Method;

use crate::server::Routes;

const AUTH: &str = "notte-local keeps no managed sign-ins: give the agent a vault, or fill the form with actions";
pub(super) const PHONE: &str = "notte-local has no phone numbers: messages get into a persona's inbox with \
                     POST /local/personas/{persona_id}/sms";
const PAY: &str = "notte-local moves no money: use the test mode of the shop";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .refuse("persona_create_number", &Method::POST, "/personas/{persona_id}/sms/number", PHONE)
        .refuse("persona_delete_number", &Method::DELETE, "/personas/{persona_id}/sms/number", PHONE)
        .refuse("create_payment", &Method::POST, "/sessions/{session_id}/payments", PAY)
        .refuse("managed_auth_connection_check", &Method::POST, "/managed-auth/connections/{connection_id}/check", AUTH)
        .refuse(
            "managed_auth_connection_refresh",
            &Method::POST,
            "/managed-auth/connections/{connection_id}/refresh",
            AUTH,
        )
        .refuse(
            "managed_auth_connection_reauthenticate",
            &Method::POST,
            "/managed-auth/connections/{connection_id}/reauthenticate",
            AUTH,
        )
        .refuse("managed_auth_operation_get", &Method::GET, "/managed-auth/operations/{operation_id}", AUTH)
}
