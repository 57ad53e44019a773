//! One type for each kind of action, with its constructors and the options that mean something to it.

use std::{fmt, time::Duration};

use notte_api::{
    types::{self, builder},
    wire::{Open, Secret},
};
use serde_json::{Map, Value, json};

use super::{Action, ElementId, Selector};

/// The type of one kind of action.
macro_rules! kind {
    ($(#[doc = $doc:literal])+ $name:ident => $wire:ident, $tag:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone)]
        #[must_use = "an action does nothing until a session executes it"]
        pub struct $name(builder::$wire);

        impl $name {
            /// Sets the category, as an observation has it. The service sets it by itself.
            pub fn category(self, category: impl Into<String>) -> Self {
                Self(self.0.category(Into::<String>::into(category)))
            }

            /// Sets the description, as an observation has it. The service sets it by itself.
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
    };
}

/// The options of an action on an element.
macro_rules! on_element {
    ($name:ident) => {
        impl $name {
            /// Presses Enter afterwards.
            pub fn press_enter(self) -> Self {
                Self(self.0.press_enter(true))
            }

            /// Sets what is written on the element, as an observation has it. The service finds it out by itself.
            pub fn text_label(self, label: impl Into<String>) -> Self {
                Self(self.0.text_label(Into::<String>::into(label)))
            }

            /// Sets the accessible name of the element, as an observation has it.
            pub fn accessible_name(self, name: impl Into<String>) -> Self {
                Self(self.0.accessible_name(Into::<String>::into(name)))
            }

            /// Sets what can be filled in, as an observation has it.
            pub fn param(self, param: types::ActionParameter) -> Self {
                Self(self.0.param(param))
            }

            /// Sets how long the service looks for the element, in whole milliseconds, rounded up; at least one.
            pub fn timeout(self, timeout: Duration) -> Self {
                Self(self.0.timeout(millis(timeout).max(1)))
            }
        }
    };
}

/// Every kind of action, listed once: what it does, its type, its name on the wire, and its constructors with the
/// fields that they set.
macro_rules! actions {
    (
        elements {$(
            $(#[doc = $doc:literal])+
            $name:ident => $wire:ident, $tag:literal: $by_id:ident | $by_selector:ident(
                $($value:ident: $type:ty => $field:ident($set:expr)),*
            );
        )+}
        pages {$(
            $(#[doc = $page_doc:literal])+
            $page:ident => $page_wire:ident, $page_tag:literal: $new:ident(
                $($page_value:ident: $page_type:ty => $page_field:ident($page_set:expr)),*
            );
        )+}
    ) => {
        $(
            kind!($(#[doc = $doc])+ $name => $wire, $tag);
            on_element!($name);
        )+
        $(kind!($(#[doc = $page_doc])+ $page => $page_wire, $page_tag);)+

        /// On an element, by its id in an observation or by selector.
        impl Action {$(
            $(#[doc = $doc])+
            pub fn $by_id(id: impl Into<ElementId>, $($value: $type),*) -> $name {
                $name(types::$wire::builder().id(id.into().as_str())$(.$field($set))*)
            }

            #[doc = concat!("As [`", stringify!($by_id), "`](Self::", stringify!($by_id), "), on the element that a selector finds.")]
            pub fn $by_selector(selector: impl Into<Selector>, $($value: $type),*) -> $name {
                $name(types::$wire::builder().selector(types::Selector::from(selector.into()))$(.$field($set))*)
            }
        )+}

        /// On the browser and the page as a whole.
        impl Action {$(
            $(#[doc = $page_doc])+
            pub fn $new($($page_value: $page_type),*) -> $page {
                $page(types::$page_wire::builder()$(.$page_field($page_set))*)
            }
        )+}
    };
}

/// Constructors set every required field, and no conversion in them can fail. Were one left out, the service would
/// refuse the bare tag; a panic is not for us to choose.
pub(super) fn built<B, T: TryFrom<B> + Into<types::Action>>(builder: B, tag: &str) -> types::Action {
    T::try_from(builder).map_or_else(|_| types::Action::Unknown(json!({ "type": tag }).into()), Into::into)
}

actions! {
    elements {
        /// Checks or unchecks a box.
        Check => CheckAction, "check": check | check_selector(checked: bool => value(checked));
        /// Clicks an element.
        Click => ClickAction, "click": click | click_selector();
        /// Clicks an element that starts a download; the file is then among the files of the session.
        DownloadFile => DownloadFileAction, "download_file": download_file | download_file_selector();
        /// Types into a field in another way than [`Fill`], for fields where that does not work.
        FallbackFill => FallbackFillAction, "fallback_fill":
            fallback_fill | fallback_fill_selector(value: impl Into<Secret<String>> => value(secret(value)));
        /// Types into a field. The value is a text or a placeholder of a vault.
        Fill => FillAction, "fill": fill | fill_selector(value: impl Into<Secret<String>> => value(secret(value)));
        /// Types a one-time code into a field.
        MultiFactorFill => MultiFactorFillAction, "multi_factor_fill":
            multi_factor_fill | multi_factor_fill_selector(value: impl Into<Secret<String>> => value(secret(value)));
        /// Selects an option of a list, by its value or its text.
        SelectDropdownOption => SelectDropdownOptionAction, "select_dropdown_option":
            select_dropdown_option | select_dropdown_option_selector(
                value: impl Into<Secret<String>> => value(secret(value))
            );
        /// Gives a file to an upload field; the file must be among the files of the session.
        UploadFile => UploadFileAction, "upload_file":
            upload_file | upload_file_selector(file_path: impl Into<String> => file_path(text(file_path)));
    }
    pages {
        /// Solves the captcha on the page.
        CaptchaSolve => CaptchaSolveAction, "captcha_solve": captcha_solve();
        /// Closes the tab in front.
        CloseTab => CloseTabAction, "close_tab": close_tab();
        /// Ends the task of an agent with an answer.
        Completion => CompletionAction, "completion":
            completion(success: bool => success(success), answer: impl Into<String> => answer(text(answer)));
        /// Reads new mail of the persona of the session.
        EmailRead => EmailReadAction, "email_read": email_read();
        /// Reads the verification that a site of this domain has sent by mail. Servers of version 1.4.40 do not know it.
        EmailVerificationRead => EmailVerificationReadAction, "email_verification_read": email_verification_read(
            mailbox_id: impl Into<String> => mailbox_id(text(mailbox_id)),
            sender_domain: impl Into<String> => sender_domain(text(sender_domain))
        );
        /// Runs JavaScript on the page.
        EvaluateJs => EvaluateJsAction, "evaluate_js": evaluate_js(code: impl Into<String> => code(text(code)));
        /// Goes back to the page before, in the same tab.
        GoBack => GoBackAction, "go_back": go_back();
        /// Goes forward again, in the same tab.
        GoForward => GoForwardAction, "go_forward": go_forward();
        /// Opens a URL in the tab in front.
        Goto => GotoAction, "goto": goto(url: impl Into<String> => url(text(url)));
        /// Opens a URL in a new tab.
        GotoNewTab => GotoNewTabAction, "goto_new_tab": goto_new_tab(url: impl Into<String> => url(text(url)));
        /// Asks for help when an agent does not know how to continue.
        Help => HelpAction, "help": help(reason: impl Into<String> => reason(text(reason)));
        /// Presses a key of the keyboard, such as `Enter`.
        PressKey => PressKeyAction, "press_key": press_key(key: impl Into<String> => key(text(key)));
        /// Loads the page again.
        Reload => ReloadAction, "reload": reload();
        /// Reads the page.
        Scrape => ScrapeAction, "scrape": scrape();
        /// Scrolls down.
        ScrollDown => ScrollDownAction, "scroll_down": scroll_down();
        /// Scrolls up.
        ScrollUp => ScrollUpAction, "scroll_up": scroll_up();
        /// Reads new text messages of the persona of the session.
        SmsRead => SmsReadAction, "sms_read": sms_read();
        /// Brings another tab to the front, by its `tab_id` in an observation.
        SwitchTab => SwitchTabAction, "switch_tab": switch_tab(index: u32 => tab_index(i64::from(index)));
        /// Waits, in whole milliseconds, rounded up; the service takes at most 30 s.
        Wait => WaitAction, "wait": wait(time: Duration => time_ms(millis(time)));
    }
}

fn text(value: impl Into<String>) -> String {
    value.into()
}

fn secret(value: impl Into<Secret<String>>) -> Secret<String> {
    value.into()
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

fn millis(duration: Duration) -> i64 {
    whole(duration, 1_000_000)
}

fn seconds(duration: Duration) -> i64 {
    whole(duration, 1_000_000_000)
}

fn whole(duration: Duration, nanos: u128) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(nanos)).unwrap_or(i64::MAX)
}
