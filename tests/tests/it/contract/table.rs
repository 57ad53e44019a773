//! The table: how each operation is called through its typed builder.

use std::{any::type_name, fmt::Debug, pin::Pin};

use notte_api::{ByteStream, Client, Error, SendOnce, types::*};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::fixture::Call;

/// What an operation gave back.
pub(crate) struct Got {
    pub(crate) status: u16,
    /// JSON answers as they serialise, bytes as text.
    pub(crate) value: Value,
    /// `Debug` of it.
    pub(crate) printed: String,
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Got, Error>> + 'a>>;
pub(crate) type Send = for<'a> fn(&'a Client, &'a Call) -> Sending<'a>;

/// A row reads `KIND operation(HOW setter, …) body TYPE;`, where `HOW` is the method of [`Call`] that has the value.
macro_rules! table {
    ($($kind:ident $id:ident($($how:ident $setter:ident),*) $(body $body:ty)?;)*) => {
        pub(crate) const TABLE: &[(&str, Send)] = &[$(
            (stringify!($id), |client, _call| {
                let builder = client.$id()$(.$setter(_call.$how(stringify!($setter))))*;
                $(let builder = match _call.body::<$body>() {
                    Some(body) => {
                        _call.print(&body);
                        builder.body(body)
                    }
                    None => builder,
                };)?
                _call.print(&builder);
                $kind(client, builder)
            }),
        )*];
    };
}

table! {
    json agent_start() body AgentStartRequest;
    json agent_status(path agent_id);
    json agent_stop(path agent_id, required_text session_id);
    json anything_start() body AnythingStartRequest;
    json create_payment(path session_id, flag update_metadata) body PaymentRequest;
    json delete_secret(path secret_id);
    json delete_session_file(path session_id, path file_id);
    bytes download_session_file(path session_id, path file_id);
    json execute_session_file(path session_id, flag update_metadata) body FileExecutionRequest;
    json file_download(path session_id, path filename);
    json file_list_downloads(path session_id);
    json file_list_uploads();
    json file_upload(path filename, file file);
    json file_upload_downloaded_file(path session_id, path filename, file file);
    json function_create(flag restricted, text description, file file, text name, text response_format, flag shared);
    json function_delete(path function_id);
    json function_download_url(path function_id, text decryption_key, text function_run_id, text version);
    json function_fork(path function_id);
    json function_metadata_update(path function_id) body FunctionMetadataUpdateRequest;
    json function_rollback(path function_id, flag restricted) body FunctionRollbackRequest;
    json function_run_create(path function_id) body CreateFunctionRunRequest;
    json function_run_get_metadata(path function_id, path run_id, text payload_mode);
    bytes function_run_start(path function_id) body RunFunctionRequest;
    bytes function_run_start_created(path function_id, path run_id) body StartFunctionRunRequest;
    json function_run_stop(path function_id, path run_id);
    json function_run_update_metadata(path function_id, path run_id) body FunctionRunUpdateRequest;
    json function_schedule_delete(path function_id);
    json function_schedule_set(path function_id) body FunctionScheduleCreateRequest;
    json function_update(path function_id, flag restricted, text version, file file, text response_format);
    json get_script(path agent_id, required_flag as_workflow, flag infer_response_format);
    json get_secret(path name, required_text namespace);
    json get_session_script(path session_id, required_flag as_workflow, flag infer_response_format);
    json get_usage(text period);
    json get_usage_logs(text endpoint, flag include_system, flag only_active, flag only_current_token, integer page, integer page_size);
    json health_check();
    json improve_prompt() body ImprovePromptRequest;
    json list_agents(flag only_active, flag only_current_token, flag only_saved, integer page, integer page_size);
    json list_function_runs_by_function_id(path function_id, flag include_system, flag only_active, flag only_current_token, integer page, integer page_size, text source);
    json list_functions(flag include_system, flag only_active, flag only_current_token, integer page, integer page_size);
    json list_personas(flag include_system, flag only_active, flag only_current_token, integer page, integer page_size);
    json list_secrets(text namespace);
    json list_session_files(path session_id, integer limit, integer offset, text source);
    json list_sessions(flag include_system, flag only_active, flag only_current_token, integer page, integer page_size);
    json list_vaults(flag include_system, flag only_active, flag only_current_token, integer page, integer page_size);
    json managed_auth_connection_check(path connection_id) body Map<String, Value>;
    json managed_auth_connection_reauthenticate(path connection_id) body ManagedAuthRequest;
    json managed_auth_connection_refresh(path connection_id) body ManagedAuthRequest;
    json managed_auth_operation_get(path operation_id);
    json nudge_prompt() body NudgePromptRequest;
    json page_execute(path session_id, text captcha_id, number captcha_timeout_seconds, integer target_generation, text target_page_id, flag update_metadata) body Action;
    json page_observe(path session_id, flag update_metadata) body ObserveRequest;
    json page_scrape(path session_id, flag update_metadata) body ScrapeRequest;
    bytes page_screenshot(path session_id, flag update_metadata);
    json persona_create() body PersonaCreateRequest;
    json persona_create_number(path persona_id) body Map<String, Value>;
    json persona_delete(path persona_id);
    json persona_delete_number(path persona_id);
    json persona_emails_list(path persona_id, integer limit, flag only_unread, text timedelta);
    json persona_get(path persona_id);
    json persona_sms_list(path persona_id, integer limit, flag only_unread, text timedelta);
    json persona_update(path persona_id) body PersonaUpdateRequest;
    json profile_cookies_get(path profile_id);
    json profile_cookies_set(path profile_id) body ProfileCookiesImportRequest;
    json profile_create() body ProfileCreateRequest;
    json profile_delete(path profile_id);
    json profile_duplicate(path profile_id) body ProfileDuplicateRequest;
    json profile_get(path profile_id);
    json profile_list(text name, flag only_active, flag only_current_token, integer page, integer page_size);
    json profile_state_set(path profile_id) body ProfileStateImportRequest;
    json ready_check();
    json scrape_from_html() body ScrapeFromHtmlRequest;
    json scrape_webpage() body GlobalScrapeRequest;
    json search_web() body SearchRequest;
    json session_auth_readiness(path session_id);
    json session_cookies_get(path session_id, flag update_metadata);
    json session_cookies_set(path session_id, flag update_metadata) body SetCookiesRequest;
    json session_debug_info(path session_id, flag update_metadata);
    json session_debug_tab_info(path session_id, integer tab_idx);
    json session_mouse_replay(path session_id, integer offset);
    json session_network_logs(path session_id, flag download, integer limit);
    json session_offset(path session_id, flag update_metadata);
    json session_profile_preview(path session_id, flag include_cookies);
    json session_profile_save(path session_id) body SessionProfileSaveRequest;
    json session_replay(path session_id);
    json session_start() body SessionStartRequest;
    json session_status(path session_id);
    json session_stop(path session_id, text close_reason);
    json store_secret() body SecretStoreRequest;
    json upload_session_file(path session_id, file file);
    json vault_create() body VaultCreateRequest;
    json vault_credentials_add(path vault_id) body AddCredentialsRequest;
    json vault_credentials_delete(path vault_id, required_text url);
    json vault_credentials_get(path vault_id, required_text url);
    json vault_credentials_list(path vault_id);
    json vault_credit_card_delete(path vault_id);
    json vault_credit_card_get(path vault_id);
    json vault_credit_card_set(path vault_id) body AddCreditCardRequest;
    json vault_delete(path vault_id);
    json vault_update(path vault_id) body VaultUpdateRequest;
}

fn json<'a, B>(client: &'a Client, builder: B) -> Sending<'a>
where
    B: SendOnce<Output: Serialize + Debug> + 'a,
{
    Box::pin(async move {
        let answer = builder.send_on(client).await?;
        let status = answer.status().as_u16();
        let mut printed = format!("{answer:?}\n{answer:#?}");
        // Where the answer is any JSON, its own Debug is serde_json's.
        if type_name::<B::Output>() != type_name::<Value>() {
            printed += &format!("{:?}\n{:#?}", *answer, *answer);
        }
        let value = serde_json::to_value(answer.into_inner()).expect("an answer serialises");
        Ok(Got { status, value, printed })
    })
}

fn bytes<'a, B>(client: &'a Client, builder: B) -> Sending<'a>
where
    B: SendOnce<Output = ByteStream> + 'a,
{
    Box::pin(async move {
        let answer = builder.send_on(client).await?;
        let status = answer.status().as_u16();
        let printed = format!("{answer:?}\n{answer:#?}");
        let bytes = answer.into_inner().bytes().await?;
        Ok(Got { status, value: String::from_utf8_lossy(&bytes).into(), printed })
    })
}
