//! What is on offer, in which order, and what a data folder remembers of it.

use super::*;

fn model(id: &str, name: &str) -> OfferedModel {
    OfferedModel { id: id.to_owned(), name: Some(name.to_owned()), ..OfferedModel::default() }
}

fn ids(catalogue: &Catalogue) -> Vec<String> {
    catalogue.models().iter().map(|model| model.id.clone()).collect()
}

#[test]
fn models_are_offered_by_maker_and_name() {
    let catalogue = Catalogue::new(AllowedModels::default());
    assert!(!catalogue.is_known() && ids(&catalogue).is_empty());
    catalogue.replace(vec![
        model("openai/z", "OpenAI: Alpha"),
        model("anthropic/b", "Anthropic: beta"),
        model("openai/z:free", "OpenAI: Alpha"),
        model("anthropic/a", "Anthropic: Zeta"),
        model("~anthropic/latest", "Anthropic: Another"),
        OfferedModel { gives: vec!["image".to_owned()], ..model("openai/painter", "OpenAI: Painter") },
    ]);
    assert_eq!(ids(&catalogue), ["~anthropic/latest", "anthropic/b", "anthropic/a", "openai/z", "openai/z:free"]);
    assert!(catalogue.is_known() && catalogue.find("openai/painter").is_some());
}

#[test]
fn what_is_not_allowed_cannot_be_found_but_has_its_price() {
    let catalogue = Catalogue::new(AllowedModels::like(vec!["*:free".to_owned()]));
    let dear = OfferedModel { prompt: Price::MicroUsd(5), ..model("a/b", "B") };
    catalogue.replace(vec![dear, model("a/b:free", "B")]);
    assert_eq!(ids(&catalogue), ["a/b:free"]);
    assert_eq!((catalogue.find("a/b"), catalogue.price("a/b")), (None, Some((Price::MicroUsd(5), Price::Varies))));
    assert_eq!((catalogue.price("a/b:nitro"), catalogue.price("c/d")), (catalogue.price("a/b"), None));
}

#[test]
fn a_kept_list_is_there_at_the_next_start_and_for_its_own_server() {
    let folder = tempfile::tempdir().unwrap();
    let load = |server: &str| ids(&Catalogue::load(AllowedModels::default(), folder.path(), server));
    assert_eq!(load("https://one"), [""; 0]);
    let mine = OfferedModel {
        context_tokens: Some(7),
        prompt: Price::MicroUsd(5),
        takes: vec!["image".to_owned()],
        reasons: true,
        ..model("a/b", "B")
    };
    file::write(folder.path(), "https://one", std::slice::from_ref(&mine)).unwrap();
    assert_eq!(load("https://one"), ["a/b"]);
    let kept = Catalogue::load(AllowedModels::default(), folder.path(), "https://one");
    assert_eq!(*kept.find("a/b").unwrap(), mine);
    assert_eq!(load("https://another"), [""; 0]);
}

#[test]
fn a_broken_file_is_no_list_and_one_of_another_version_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let load = || Catalogue::load(AllowedModels::default(), folder.path(), "s");
    for broken in ["", "{", "[]", "{\"server\":\"s\",\"models\":5}"] {
        std::fs::write(folder.path().join("models.json"), broken).unwrap();
        assert!(!load().is_known(), "{broken}");
    }
    let other = r#"{"server":"s","as_of":7,"models":[{"id":"a/b","prompt":"varies","brand_new":[1]}]}"#;
    std::fs::write(folder.path().join("models.json"), other).unwrap();
    assert_eq!(ids(&load()), ["a/b"]);
}
