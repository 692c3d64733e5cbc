// An ordinary grammY bot: answers, edits its answer, handles a button. Nothing in it knows about the sandbox but the
// address of the API. CommonJS, because NODE_PATH (where the packages are) does not work for ES modules.
const http = require("node:http");
const { Bot, InlineKeyboard, webhookCallback } = require("grammy");

const { BOT_TOKEN, API_ROOT, MODE } = process.env;
const bot = new Bot(BOT_TOKEN, { client: { apiRoot: API_ROOT } });

bot.on("message:text", async (ctx) => {
  const answer = await ctx.reply("<i>thinking…</i>", {
    parse_mode: "HTML",
    reply_parameters: { message_id: ctx.msg.message_id },
  });
  await ctx.api.editMessageText(ctx.chat.id, answer.message_id, `You said: ${ctx.msg.text}`, {
    reply_markup: new InlineKeyboard().text("More", `more:${ctx.msg.text}`),
  });
});

bot.on("callback_query:data", async (ctx) => {
  await ctx.answerCallbackQuery({ text: "Here you are" });
  await ctx.editMessageText(`More of: ${ctx.callbackQuery.data.slice("more:".length)}`);
});

bot.catch((error) => console.error("failed", error));

async function main() {
  if (MODE === "polling") {
    await bot.start();
    return;
  }
  const secret = "interop-secret";
  const server = http.createServer(webhookCallback(bot, "http", { secretToken: secret }));
  server.listen(0, "127.0.0.1", async () => {
    await bot.api.setWebhook(`http://127.0.0.1:${server.address().port}/`, { secret_token: secret });
  });
}

main();
