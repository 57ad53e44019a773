//! One type for each kind of action, with the options that mean something to it.

use std::{fmt, time::Duration};

use notte_api::{
    types::{self, builder},
    wire::Open,
};
use serde_json::{Map, Value, json};

use super::{Action, ElementId, Selector};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident => $wire:ident, $tag:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone)]
        #[must_use = "an action does nothing until a session executes it"]
        pub struct $name(pub(super) builder::$wire);

        impl $name {
            /// The category, as an observation has it. The service sets it by itself.
            pub fn category(self, category: impl Into<String>) -> Self {
                Self(self.0.category(Into::<String>::into(category)))
            }

            /// The description, as an observation has it. The service sets it by itself.
            pub fn description(self, description: impl Into<String>) -> Self {
                Self(self.0.description(Into::<String>::into(description)))
            }
        }

        impl From<$name> for types::Action {
            fn from(action: $name) -> Self {
                built::<_, types::$wire>(action.0, $tag)
            }
        }

        impl From<$name> for Action {
            fn from(action: $name) -> Self {
                Self(action.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!("Action(", $tag, ")"))
            }
        }
    )+};
}

/// Constructors set every required field, and no conversion in them can fail. Were one left out, the service would
/// refuse the bare tag; a panic is not for us to choose.
pub(super) fn built<B, T: TryFrom<B> + Into<types::Action>>(builder: B, tag: &str) -> types::Action {
    T::try_from(builder).map_or_else(|_| types::Action::Unknown(json!({ "type": tag }).into()), Into::into)
}

kinds! {
    /// Solves the captcha on the page.
    CaptchaSolve => CaptchaSolveAction, "captcha_solve";
    /// Checks or unchecks a box.
    Check => CheckAction, "check";
    /// Clicks an element.
    Click => ClickAction, "click";
    /// Closes the tab in front.
    CloseTab => CloseTabAction, "close_tab";
    /// Ends the task of an agent with an answer.
    Completion => CompletionAction, "completion";
    /// Clicks an element that starts a download.
    DownloadFile => DownloadFileAction, "download_file";
    /// Reads new mail of the persona of the session.
    EmailRead => EmailReadAction, "email_read";
    /// Reads the verification that a site has sent by mail.
    EmailVerificationRead => EmailVerificationReadAction, "email_verification_read";
    /// Runs JavaScript on the page.
    EvaluateJs => EvaluateJsAction, "evaluate_js";
    /// Types into a field where [`Fill`] does not work.
    FallbackFill => FallbackFillAction, "fallback_fill";
    /// Types into a field.
    Fill => FillAction, "fill";
    /// Goes back to the page before.
    GoBack => GoBackAction, "go_back";
    /// Goes forward again.
    GoForward => GoForwardAction, "go_forward";
    /// Opens an address in the tab in front.
    Goto => GotoAction, "goto";
    /// Opens an address in a new tab.
    GotoNewTab => GotoNewTabAction, "goto_new_tab";
    /// Asks for help when an agent does not know how to go on.
    Help => HelpAction, "help";
    /// Types a one-time code into a field.
    MultiFactorFill => MultiFactorFillAction, "multi_factor_fill";
    /// Presses a key of the keyboard.
    PressKey => PressKeyAction, "press_key";
    /// Loads the page again.
    Reload => ReloadAction, "reload";
    /// Reads the page.
    Scrape => ScrapeAction, "scrape";
    /// Scrolls down.
    ScrollDown => ScrollDownAction, "scroll_down";
    /// Scrolls up.
    ScrollUp => ScrollUpAction, "scroll_up";
    /// Selects an option of a list.
    SelectDropdownOption => SelectDropdownOptionAction, "select_dropdown_option";
    /// Reads new text messages of the persona of the session.
    SmsRead => SmsReadAction, "sms_read";
    /// Brings another tab to the front.
    SwitchTab => SwitchTabAction, "switch_tab";
    /// Gives a file to an upload field.
    UploadFile => UploadFileAction, "upload_file";
    /// Waits.
    Wait => WaitAction, "wait";
}

macro_rules! setters {
    ($($name:ident),+ => $options:tt) => { $(setters!(@ $name $options);)+ };
    (@ $name:ident { $($(#[doc = $doc:literal])+ $method:ident($($value:ident: $type:ty)?) => $field:ident($set:expr);)+ }) => {
        impl $name {
            $(
                $(#[doc = $doc])+
                pub fn $method(self $(, $value: $type)?) -> Self {
                    Self(self.0.$field($set))
                }
            )+
        }
    };
}

macro_rules! interactions {
    ($($name:ident => $wire:ident),+) => {$(
        impl $name {
            pub(super) fn by_id(id: ElementId) -> builder::$wire {
                types::$wire::builder().id(id.as_str())
            }

            pub(super) fn by_selector(selector: Selector) -> builder::$wire {
                types::$wire::builder().selector(types::Selector::from(selector))
            }

            /// Presses Enter afterwards.
            pub fn press_enter(self) -> Self {
                Self(self.0.press_enter(true))
            }

            /// What is written on the element, as an observation has it. The service finds it out by itself.
            pub fn text_label(self, label: impl Into<String>) -> Self {
                Self(self.0.text_label(Into::<String>::into(label)))
            }

            /// What the element is called for those who do not see it, as an observation has it.
            pub fn accessible_name(self, name: impl Into<String>) -> Self {
                Self(self.0.accessible_name(Into::<String>::into(name)))
            }

            /// What can be filled in, as an observation has it.
            pub fn param(self, param: types::ActionParameter) -> Self {
                Self(self.0.param(param))
            }

            /// How long the service looks for the element, in whole milliseconds, rounded up; at least one.
            pub fn timeout(self, timeout: Duration) -> Self {
                Self(self.0.timeout(millis(timeout).max(1)))
            }
        }
    )+};
}

interactions! {
    Check => CheckAction, Click => ClickAction, DownloadFile => DownloadFileAction, FallbackFill => FallbackFillAction,
    Fill => FillAction, MultiFactorFill => MultiFactorFillAction,
    SelectDropdownOption => SelectDropdownOptionAction, UploadFile => UploadFileAction
}

setters! { Fill, FallbackFill, MultiFactorFill => {
    /// Whether the field is emptied first. The service does so if this is not set.
    clear_before_fill(clear: bool) => clear_before_fill(clear);
}}

setters! { Goto => {
    /// How far the page must be loaded before the action counts as done.
    wait_until(event: impl Into<Open<types::GotoWaitUntil>>) => wait_until(event.into());
}}

setters! { CaptchaSolve => {
    /// What kind of captcha it is. The service finds out if this is not set.
    captcha_type(kind: impl Into<Open<types::CaptchaType>>) => captcha_type(kind.into());
}}

setters! { ScrollDown, ScrollUp => {
    /// By how many pixels; one page if this is not set.
    amount(pixels: u32) => amount(pixels);
    /// Scrolls this element, in place of the page.
    selector(selector: impl Into<String>) => selector(selector.into());
}}

setters! { EmailRead, SmsRead => {
    /// How many messages are read at most.
    limit(messages: u32) => limit(messages);
    /// Reads only messages that are no older than this.
    within(age: Duration) => timedelta(age);
    /// Whether only messages are read that were not read before.
    only_unread(only: bool) => only_unread(only);
}}

setters! { EmailVerificationRead => {
    /// How old the mail may be, in whole seconds, rounded up; the service takes 30 s to 15 min.
    max_age(age: Duration) => max_age_seconds(seconds(age));
}}

setters! { Scrape => {
    /// What to take out of the page, in plain words. The whole page is read if this is not set.
    instructions(instructions: impl Into<String>) => instructions(instructions.into());
    /// Whether to leave out what surrounds the content, such as navigation and footers.
    only_main_content(only: bool) => only_main_content(only);
    /// Whether the Markdown has the addresses of links.
    scrape_links(links: bool) => scrape_links(links);
    /// Whether images are listed.
    scrape_images(images: bool) => scrape_images(images);
    /// Names of HTML elements to leave out.
    ignored_tags(tags: impl IntoIterator<Item = impl Into<String>>) =>
        ignored_tags(tags.into_iter().map(Into::into).collect::<Vec<String>>());
    /// Playwright selector of the part of the page to read.
    selector(selector: impl Into<String>) => selector(selector.into());
    /// JSON Schema of the data to take out of the page.
    response_format(schema: Map<String, Value>) => response_format(schema);
}}

impl Scrape {
    /// Whether to list images and nothing else. Retired: only servers up to 1.4.40 know it.
    pub fn only_images(self, only: bool) -> Self {
        #[allow(deprecated, reason = "older servers know it")]
        Self(self.0.only_images(only))
    }
}

pub(super) fn millis(duration: Duration) -> i64 {
    whole(duration, 1_000_000)
}

fn seconds(duration: Duration) -> i64 {
    whole(duration, 1_000_000_000)
}

fn whole(duration: Duration, nanos: u128) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(nanos)).unwrap_or(i64::MAX)
}
