//! Constructors of every kind of action.

use std::time::Duration;

use notte_api::{types, wire::Secret};

use super::{Action, ElementId, FormFill, Selector, kinds};

/// On what was observed, or by selector.
impl Action {
    /// Checks or unchecks a box.
    pub fn check(id: impl Into<ElementId>, checked: bool) -> kinds::Check {
        kinds::Check(kinds::Check::by_id(id.into()).value(checked))
    }

    /// [`check`](Self::check) on the element that a selector finds.
    pub fn check_selector(selector: impl Into<Selector>, checked: bool) -> kinds::Check {
        kinds::Check(kinds::Check::by_selector(selector.into()).value(checked))
    }

    /// Clicks an element.
    pub fn click(id: impl Into<ElementId>) -> kinds::Click {
        kinds::Click(kinds::Click::by_id(id.into()))
    }

    /// [`click`](Self::click) on the element that a selector finds.
    pub fn click_selector(selector: impl Into<Selector>) -> kinds::Click {
        kinds::Click(kinds::Click::by_selector(selector.into()))
    }

    /// Clicks an element that starts a download; the file is then among the files of the session.
    pub fn download_file(id: impl Into<ElementId>) -> kinds::DownloadFile {
        kinds::DownloadFile(kinds::DownloadFile::by_id(id.into()))
    }

    /// [`download_file`](Self::download_file) on the element that a selector finds.
    pub fn download_file_selector(selector: impl Into<Selector>) -> kinds::DownloadFile {
        kinds::DownloadFile(kinds::DownloadFile::by_selector(selector.into()))
    }

    /// Types into a field in another way than [`fill`](Self::fill), for fields where that does not work.
    pub fn fallback_fill(id: impl Into<ElementId>, value: impl Into<Secret<String>>) -> kinds::FallbackFill {
        kinds::FallbackFill(kinds::FallbackFill::by_id(id.into()).value(Into::<Secret<String>>::into(value)))
    }

    /// [`fallback_fill`](Self::fallback_fill) on the element that a selector finds.
    pub fn fallback_fill_selector(
        selector: impl Into<Selector>,
        value: impl Into<Secret<String>>,
    ) -> kinds::FallbackFill {
        kinds::FallbackFill(
            kinds::FallbackFill::by_selector(selector.into()).value(Into::<Secret<String>>::into(value)),
        )
    }

    /// Types into a field. The value is a text or a placeholder of a vault.
    pub fn fill(id: impl Into<ElementId>, value: impl Into<Secret<String>>) -> kinds::Fill {
        kinds::Fill(kinds::Fill::by_id(id.into()).value(Into::<Secret<String>>::into(value)))
    }

    /// [`fill`](Self::fill) on the element that a selector finds.
    pub fn fill_selector(selector: impl Into<Selector>, value: impl Into<Secret<String>>) -> kinds::Fill {
        kinds::Fill(kinds::Fill::by_selector(selector.into()).value(Into::<Secret<String>>::into(value)))
    }

    /// Types a one-time code into a field.
    pub fn multi_factor_fill(id: impl Into<ElementId>, value: impl Into<Secret<String>>) -> kinds::MultiFactorFill {
        kinds::MultiFactorFill(kinds::MultiFactorFill::by_id(id.into()).value(Into::<Secret<String>>::into(value)))
    }

    /// [`multi_factor_fill`](Self::multi_factor_fill) on the element that a selector finds.
    pub fn multi_factor_fill_selector(
        selector: impl Into<Selector>,
        value: impl Into<Secret<String>>,
    ) -> kinds::MultiFactorFill {
        kinds::MultiFactorFill(
            kinds::MultiFactorFill::by_selector(selector.into()).value(Into::<Secret<String>>::into(value)),
        )
    }

    /// Selects an option of a list, by its value or its text.
    pub fn select_dropdown_option(
        id: impl Into<ElementId>,
        value: impl Into<Secret<String>>,
    ) -> kinds::SelectDropdownOption {
        kinds::SelectDropdownOption(
            kinds::SelectDropdownOption::by_id(id.into()).value(Into::<Secret<String>>::into(value)),
        )
    }

    /// [`select_dropdown_option`](Self::select_dropdown_option) on the element that a selector finds.
    pub fn select_dropdown_option_selector(
        selector: impl Into<Selector>,
        value: impl Into<Secret<String>>,
    ) -> kinds::SelectDropdownOption {
        kinds::SelectDropdownOption(kinds::SelectDropdownOption::by_selector(selector.into()).value(Into::<
            Secret<String>,
        >::into(
            value
        )))
    }

    /// Gives a file to an upload field; the file must be among the files of the session.
    pub fn upload_file(id: impl Into<ElementId>, file_path: impl Into<String>) -> kinds::UploadFile {
        kinds::UploadFile(kinds::UploadFile::by_id(id.into()).file_path(Into::<String>::into(file_path)))
    }

    /// [`upload_file`](Self::upload_file) on the element that a selector finds.
    pub fn upload_file_selector(selector: impl Into<Selector>, file_path: impl Into<String>) -> kinds::UploadFile {
        kinds::UploadFile(kinds::UploadFile::by_selector(selector.into()).file_path(Into::<String>::into(file_path)))
    }
}

/// On the browser and the page as a whole.
impl Action {
    /// Solves the captcha on the page.
    pub fn captcha_solve() -> kinds::CaptchaSolve {
        kinds::CaptchaSolve(types::CaptchaSolveAction::builder())
    }

    /// Closes the tab in front.
    pub fn close_tab() -> kinds::CloseTab {
        kinds::CloseTab(types::CloseTabAction::builder())
    }

    /// Ends the task of an agent with an answer.
    pub fn completion(success: bool, answer: impl Into<String>) -> kinds::Completion {
        kinds::Completion(types::CompletionAction::builder().success(success).answer(Into::<String>::into(answer)))
    }

    /// Reads new mail of the persona of the session.
    pub fn email_read() -> kinds::EmailRead {
        kinds::EmailRead(types::EmailReadAction::builder())
    }

    /// Reads the verification that a site of this domain has sent by mail. Servers of version 1.4.40 do not know it.
    pub fn email_verification_read(
        mailbox_id: impl Into<String>,
        sender_domain: impl Into<String>,
    ) -> kinds::EmailVerificationRead {
        kinds::EmailVerificationRead(
            types::EmailVerificationReadAction::builder()
                .mailbox_id(Into::<String>::into(mailbox_id))
                .sender_domain(Into::<String>::into(sender_domain)),
        )
    }

    /// Runs JavaScript on the page.
    pub fn evaluate_js(code: impl Into<String>) -> kinds::EvaluateJs {
        kinds::EvaluateJs(types::EvaluateJsAction::builder().code(Into::<String>::into(code)))
    }

    /// Goes back to the page before, in the same tab.
    pub fn go_back() -> kinds::GoBack {
        kinds::GoBack(types::GoBackAction::builder())
    }

    /// Goes forward again, in the same tab.
    pub fn go_forward() -> kinds::GoForward {
        kinds::GoForward(types::GoForwardAction::builder())
    }

    /// Opens an address in the tab in front.
    pub fn goto(url: impl Into<String>) -> kinds::Goto {
        kinds::Goto(types::GotoAction::builder().url(Into::<String>::into(url)))
    }

    /// Opens an address in a new tab.
    pub fn goto_new_tab(url: impl Into<String>) -> kinds::GotoNewTab {
        kinds::GotoNewTab(types::GotoNewTabAction::builder().url(Into::<String>::into(url)))
    }

    /// Asks for help when an agent does not know how to go on.
    pub fn help(reason: impl Into<String>) -> kinds::Help {
        kinds::Help(types::HelpAction::builder().reason(Into::<String>::into(reason)))
    }

    /// Presses a key of the keyboard, such as `Enter`.
    pub fn press_key(key: impl Into<String>) -> kinds::PressKey {
        kinds::PressKey(types::PressKeyAction::builder().key(Into::<String>::into(key)))
    }

    /// Loads the page again.
    pub fn reload() -> kinds::Reload {
        kinds::Reload(types::ReloadAction::builder())
    }

    /// Reads the page.
    pub fn scrape() -> kinds::Scrape {
        kinds::Scrape(types::ScrapeAction::builder())
    }

    /// Scrolls down.
    pub fn scroll_down() -> kinds::ScrollDown {
        kinds::ScrollDown(types::ScrollDownAction::builder())
    }

    /// Scrolls up.
    pub fn scroll_up() -> kinds::ScrollUp {
        kinds::ScrollUp(types::ScrollUpAction::builder())
    }

    /// Reads new text messages of the persona of the session.
    pub fn sms_read() -> kinds::SmsRead {
        kinds::SmsRead(types::SmsReadAction::builder())
    }

    /// Brings another tab to the front, by its `tab_id` in an observation.
    pub fn switch_tab(index: u32) -> kinds::SwitchTab {
        kinds::SwitchTab(types::SwitchTabAction::builder().tab_index(i64::from(index)))
    }

    /// Waits, in whole milliseconds, rounded up; the service takes at most 30 s.
    pub fn wait(time: Duration) -> kinds::Wait {
        kinds::Wait(types::WaitAction::builder().time_ms(kinds::millis(time)))
    }

    /// Fills in several fields of a form, found by what they are for: pairs such as `("first_name", "Ada")`.
    pub fn form_fill<N, V>(fields: impl IntoIterator<Item = (N, V)>) -> FormFill
    where
        N: Into<String>,
        V: Into<Secret<String>>,
    {
        FormFill::new(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
