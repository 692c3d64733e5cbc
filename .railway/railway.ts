// Railway's infrastructure as code: what railway.toml says, with the volume and the variables.
//
//   npm install --no-save railway && git rm railway.toml
//   railway link && railway config plan && railway config apply
//
// A service is described by this file or by railway.toml, not by both: Railway refuses to plan while the other one is
// there. Written against the package `railway` 3.11 (it needs Railway's command line from 5.42.1 on), whose types are
// the reference; docs/deploy.md tells the way without any file.
import { defineRailway, preserve, project, service, volume } from "railway/iac";

export default defineRailway((ctx) => {
  const data = volume("routergram-data");

  const bot = service("routergram", {
    // Without a source it is what `railway up` sends; github("you/routergram") deploys each push.
    build: { builder: "DOCKERFILE", dockerfilePath: "Dockerfile" },
    deploy: {
      // Ready, and not only alive: until it answers 200 the deployment before this one stays.
      healthcheckPath: "/readyz",
      healthcheckTimeout: 300,
      restartPolicyType: "ON_FAILURE",
      restartPolicyMaxRetries: 10,
      // From SIGTERM to SIGKILL; without it 0. Five more than DRAIN_SECS, for the last writes.
      drainingSeconds: 30,
    },
    // The program finds the path by itself (RAILWAY_VOLUME_MOUNT_PATH). A volume goes with one instance alone.
    volumeMounts: { "/data": data },
    replicas: 1,
    env: {
      // Set them in the dashboard; this file keeps what is there.
      BOT_TOKEN: preserve(),
      OPENROUTER_API_KEY: preserve(),
      // Railway's volumes belong to root, the image's user is nobody.
      RAILWAY_RUN_UID: "0",
    },
  });

  return project(ctx.projectName ?? "routergram", { resources: [bot, data] });
});
