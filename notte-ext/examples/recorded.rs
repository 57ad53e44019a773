//! Repeats recorded actions.

use std::time::Duration;

use notte_ext::{Action, Notte, actions::Selector};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    notte
        .session()
        .scope(async |session| {
            session.execute(Action::goto("https://shop.example.com").wait_until("load")).await?;
            session.execute(Action::goto_new_tab("https://example.com/?q=\"a\\b\"\n\u{202e}é")).await?;
            session.execute(Action::switch_tab(1)).await?;
            session.execute(Action::close_tab()).await?;
            session.execute(Action::go_back()).await?;
            session.execute(Action::go_forward()).await?;
            session.execute(Action::reload()).await?;
            session.execute(Action::wait(Duration::from_millis(1500))).await?;
            session.execute(Action::press_key("Enter")).await?;
            session.execute(Action::scroll_down().amount(300).selector("#list")).await?;
            session.execute(Action::scroll_up()).await?;
            session.execute(Action::click("B1")).await?;
            session.execute(Action::click_selector("#buy").press_enter().timeout(Duration::from_secs(5))).await?;
            let element = Selector::playwright("text=T").or_xpath("//p").in_frames(["#f"]).in_shadow_root();
            session.execute(Action::fill_selector(element, "tea").clear_before_fill(false)).await?;
            let element = Selector::css("#q").or_xpath("//p");
            session.execute(Action::fallback_fill_selector(element, "tea")).await?;
            session.execute(Action::multi_factor_fill("I2", "123456")).await?;
            session.execute(Action::select_dropdown_option("O1", "fr")).await?;
            session.execute(Action::check("C1", true)).await?;
            session.execute(Action::upload_file("F1", "cv.pdf")).await?;
            session.execute(Action::download_file("L1")).await?;
            session.execute(Action::form_fill([("city", "Paris"), ("email", "ada@example.com")])).await?;
            session.execute(Action::captcha_solve().captcha_type("press&hold")).await?;
            session.execute(Action::evaluate_js("document.title")).await?;
            session.execute(Action::scrape().only_main_content(true).scrape_links(false).ignored_tags(["nav"])).await?;
            session.execute(Action::scrape().instructions("prices").scrape_images(true).selector("main")).await?;
            session.execute(Action::email_read().limit(3).within(Duration::from_secs(300)).only_unread(true)).await?;
            session.execute(Action::email_verification_read("m", "a.test").max_age(Duration::from_secs(60))).await?;
            session.execute(Action::sms_read().within(Duration::new(0, 500000))).await?;
            session.execute(Action::help("lost")).await?;
            session.execute(Action::completion(true, "done")).await?;
            // Left out of the next one: ["later"].
            session.execute(Action::reload()).await?;
            // Left out: an action of kind "teleport\nnow".
            Ok(())
        })
        .await
}
