//! From "listening" to "ready".

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use teloxide::Bot as TeloxideBot;
use teloxide::adaptors::CacheMe;
use teloxide::prelude::{Requester, RequesterExt};

use super::{Failure, Frame, upkeep};
use crate::access::Access;
use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::dispatch;
use crate::establish::{self, Obstacle, Rival};
use crate::groups::{Admins, Moves};
use crate::http::Phase;
use crate::inbox::Inbox;
use crate::intake::polling::News;
use crate::intake::{Acceptor, door, polling};
use crate::limits::{self, Limits};
use crate::media::Fetcher;
use crate::money::Money;
use crate::openrouter::OpenRouter;
use crate::owner::Owner;
use crate::storage::{OpenError, Storage, StorageError};
use crate::telegram::Telegram;
use crate::telegram::methods::BotIdentity;
use crate::turn::{Languages, Running, Service, Tools, Typed};

/// How often a store that another process holds is asked for: a redeploy's successor takes over within a second.
const STORE_AGAIN: Duration = Duration::from_millis(200);
/// How often it is looked whether a foreign webhook is gone.
const WEBHOOK_AGAIN: Duration = Duration::from_secs(30);
/// How often the store is asked for what the bot cannot do without, when it does not tell: as often as for anything.
const NEEDED_AGAIN: Duration = Duration::from_secs(1);

/// What must be wound up.
pub(super) struct Bot {
    pub(super) storage: Storage,
    pub(super) inbox: Inbox,
}

/// Starts the bot; `bot` is filled as soon as there is something to wind up. Cancel safe: a stop may come at any point.
pub(super) async fn start(frame: &Frame, bot: &mut Option<Bot>) -> Result<(), Failure> {
    let config = &frame.config;
    let Some(telegram) = frame.telegram.clone() else {
        frame.health.set(Phase::Ready);
        tracing::info!("Ready: Telegram is switched off ({}); only health and pages are served", config.mode.why);
        return Ok(());
    };
    let started_at = frame.clock.now();
    let storage = open_store(frame).await?;
    let id = config.token.bot_id();
    let inbox = Inbox::new(storage.clone(), frame.clock.clone(), id, config.turns.max_concurrent);
    let running = Running::default();
    let (acceptor, storing, typing) = door(id, storage.clone(), inbox.clone(), running.clone(), frame.clock.clone());
    frame.tasks.spawn_vital("storing updates", storing.run(frame.tasks.stop().hard.clone()));
    *bot = Some(Bot { storage: storage.clone(), inbox: inbox.clone() });
    frame.health.watches(storage.clone());
    let owner = Owner::new(&config.owner, telegram.clone(), frame.clock.clone(), frame.tasks.clone());
    upkeep::watch_store(frame, storage.clone(), owner.clone());
    if let Some((door, _)) = &frame.webhook {
        door.open(acceptor.clone());
    }
    frame.health.set(Phase::Starting("asking Telegram who the bot is"));
    let identity = establish::who_am_i(&telegram, &frame.clock).await?;
    let service = Service { mode: config.mode_and_why(), started_at, inbox: inbox.clone() };
    let parts = Parts { storage: storage.clone(), telegram: telegram.clone(), running, owner, service };
    let tools = tools(frame, parts, identity.clone()).await?;
    let teloxide = teloxide_bot(frame).await?;
    upkeep::notice_visits(frame, &storage, &inbox).await;
    frame.tasks.spawn_vital("the dispatcher", dispatch::run(teloxide, inbox, Arc::clone(&tools), frame.turns.clone()));
    frame.tasks.spawn(typing.run(Arc::clone(&tools), frame.tasks.stop().soft.clone()));
    upkeep::keep_catalogue(frame, &tools);
    upkeep::settle_costs(frame, &tools);
    upkeep::look_after(frame, &tools);
    upkeep::forget_what_is_old(frame, storage);
    receive(frame, &telegram, acceptor, &tools.owner).await?;
    frame.tasks.spawn(establish::show_menu(telegram, config.owner.admins.clone(), config.turns.image_model.is_some()));
    if config.telegram.is_own_server() {
        frame.tasks.spawn(establish::learn_age(Arc::clone(&tools)));
    }
    upkeep::check_account(frame, tools);
    tracing::info!(
        bot = identity.username,
        model = config.openrouter.model,
        "Ready: @{} answers with {}",
        identity.username,
        config.openrouter.model
    );
    Ok(())
}

/// Opens the store, waiting as long as another process holds it: redeploys overlap.
async fn open_store(frame: &Frame) -> Result<Storage, Failure> {
    let folder = &frame.config.storage.data_dir;
    let mut told = false;
    loop {
        match Storage::open_with(folder, frame.clock.clone(), frame.config.storage.data_key.clone()).await {
            Ok(storage) => return Ok(storage),
            Err(held @ OpenError::Held { .. }) => {
                frame.health.set(Phase::Starting("another process holds the data folder"));
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(
                        "Waiting: {held}. Two programs cannot share it; stop the other one, or give this one another DATA_DIR"
                    );
                }
                frame.clock.sleep(STORE_AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What there is before anything is read.
struct Parts {
    storage: Storage,
    telegram: Telegram,
    running: Running,
    owner: Owner,
    service: Service,
}

async fn tools(frame: &Frame, parts: Parts, bot: BotIdentity) -> Result<Arc<Tools>, Failure> {
    let (config, Parts { storage, telegram, running, owner, service }) = (&frame.config, parts);
    let model =
        OpenRouter::new(&config.openrouter, frame.clock.clone()).map_err(|error| Failure::Broken(error.to_string()))?;
    let (limits, catalogue) = (limits(frame, &storage).await, catalogue(config).await?);
    let (languages, money) = (languages(frame, &storage).await, money(frame, &storage).await?);
    let access = access(frame, &storage, &owner).await?;
    let moves = needed(frame, "Which groups have moved", || storage.moves(bot.id)).await?;
    Ok(Arc::new(Tools {
        storage,
        owner,
        model,
        model_name: config.openrouter.model.clone(),
        catalogue,
        files: Fetcher::new(telegram.clone()),
        admins: Admins::new(telegram.clone(), frame.clock.clone()),
        telegram,
        clock: frame.clock.clone(),
        config: config.turns.clone(),
        privacy: config.privacy.clone(),
        bot,
        running,
        limits,
        languages,
        moves: Moves::new(moves),
        access,
        typed: Typed::new(config.token.expose().to_owned().into()),
        money,
        service,
        drafts: AtomicBool::new(true),
        rich: AtomicBool::new(true),
        hash_key: config.token.expose().to_owned().into(),
    }))
}

/// In which language people want to be spoken to.
async fn languages(frame: &Frame, storage: &Storage) -> Languages {
    let chosen = storage.languages(frame.config.token.bot_id()).await.unwrap_or_else(|error| {
        tracing::warn!(reason = %error, "Which languages people have chosen is not known");
        Vec::new()
    });
    Languages::new(chosen)
}

/// The models on offer, as an earlier process has kept their list.
async fn catalogue(config: &Config) -> Result<Catalogue, Failure> {
    let (allowed, folder) = (config.turns.allowed_models.clone(), config.storage.data_dir.clone());
    let server = config.openrouter.base_url.to_string();
    let reading = tokio::task::spawn_blocking(move || Catalogue::load(allowed, &folder, &server));
    reading.await.map_err(|error| Failure::Broken(error.to_string()))
}

/// What people have sent lately to the process before this one counts.
async fn limits(frame: &Frame, storage: &Storage) -> Limits {
    let (per_minute, now) = (frame.config.turns.messages_per_minute, frame.clock.now());
    let before = match per_minute {
        Some(_) => {
            storage.done_since(frame.config.token.bot_id(), now.minus(limits::MINUTE)).await.unwrap_or_else(|error| {
                tracing::warn!(reason = %error, "What people have sent in the last minute is not known");
                Vec::new()
            })
        }
        None => Vec::new(),
    };
    // The id of a private chat is its person's.
    Limits::new(per_minute, &before, now.as_secs())
}

/// Nobody may be answered before it is known what they have spent.
async fn money(frame: &Frame, storage: &Storage) -> Result<Money, Failure> {
    let (clock, bot, config) = (&frame.clock, frame.config.token.bot_id(), frame.config.money);
    needed(frame, "What was spent today", || Money::open(storage.clone(), clock.clone(), bot, config)).await
}

/// Nor before it is known who is banned.
async fn access(frame: &Frame, storage: &Storage, owner: &Owner) -> Result<Access, Failure> {
    let (bot, listed) = (frame.config.token.bot_id(), &frame.config.turns.allowed_users);
    let open = || Access::open(storage.clone(), bot, owner.clone(), listed.clone());
    let access = needed(frame, "Who may use the bot", open).await?;
    if access.is_open() {
        tracing::info!("Everybody may use this bot who is not banned; ALLOWED_USER_IDS would name those who may");
    }
    Ok(access)
}

/// Reads what the bot cannot do without, however long the store takes to give it.
async fn needed<T, F>(frame: &Frame, what: &str, read: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, StorageError>>,
{
    let mut told = false;
    loop {
        match read().await {
            Ok(found) => return Ok(found),
            Err(StorageError::Fatal(reason)) => return Err(Failure::Broken(reason)),
            Err(error) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(reason = %error, "{what} cannot be read now; trying again until it can");
                }
            }
        }
        frame.clock.sleep(NEEDED_AGAIN).await;
    }
}

/// teloxide's client, for its dispatcher alone. The dispatcher asks who it is before anything else and ends when that
/// fails, so the answer is fetched into the cache here.
async fn teloxide_bot(frame: &Frame) -> Result<CacheMe<TeloxideBot>, Failure> {
    let config: &Config = &frame.config;
    let client = teloxide::net::default_reqwest_settings()
        .build()
        .map_err(|error| Failure::Broken(error.without_url().to_string()))?;
    let bot =
        TeloxideBot::with_client(config.token.expose(), client).set_api_url(config.telegram.api_url.clone()).cache_me();
    let mut told = false;
    while bot.get_me().await.is_err() {
        // Telegram has just answered the same question, so its next answer should be a matter of seconds.
        if !std::mem::replace(&mut told, true) {
            tracing::warn!("Telegram's answer to getMe cannot be read; trying again until it can");
        }
        frame.clock.sleep(Duration::from_secs(1)).await;
    }
    Ok(bot)
}

/// Lets updates come, by the configured way, and sees to it that they go on coming. Ready when they can.
async fn receive(frame: &Frame, telegram: &Telegram, acceptor: Acceptor, owner: &Owner) -> Result<(), Failure> {
    let (clock, health, stop) = (&frame.clock, &frame.health, frame.tasks.stop());
    if let Some((door, hook)) = &frame.webhook {
        health.set(Phase::Starting("setting the webhook"));
        let found = hook.establish().await?;
        health.set(Phase::Ready);
        let (hook, door) = (hook.clone(), Arc::clone(door));
        frame.tasks.spawn(establish::watch(hook, found, door, owner.clone(), stop.soft.clone()));
        return Ok(());
    }
    clear_way(frame, telegram).await?;
    let rival = Rival::new(telegram.clone(), clock.clone(), frame.config.telegram.clone(), owner.clone());
    let (health, sighting) = (health.clone(), rival.sighting());
    let news = move |news| {
        sighting.set(news == News::WebhookInTheWay);
        if news == News::Answered {
            health.set(Phase::Ready);
        }
    };
    frame.tasks.spawn(rival.run(stop.soft.clone()));
    let polling = polling::run(telegram.clone(), acceptor, clock.clone(), stop.clone(), news);
    frame.tasks.spawn_vital("polling", polling);
    Ok(())
}

/// Waits until no foreign webhook stands in the way: it is not ours to remove unless the owner says so.
async fn clear_way(frame: &Frame, telegram: &Telegram) -> Result<(), Failure> {
    let mut told = false;
    loop {
        let obstacle = match establish::clear_way_for_polling(telegram, &frame.clock, &frame.config.telegram).await {
            Ok(()) => return Ok(()),
            Err(obstacle @ Obstacle::ForeignWebhook(_)) => obstacle,
            Err(obstacle) => return Err(obstacle.into()),
        };
        frame.health.set(Phase::Starting("the bot has a webhook elsewhere"));
        if !std::mem::replace(&mut told, true) {
            tracing::error!("Not polling: {obstacle}");
        }
        frame.clock.sleep(WEBHOOK_AGAIN).await;
    }
}
