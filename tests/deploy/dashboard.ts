// Grafana's own types of a dashboard, as they are written in a file: where they name a constant, the file has its value.
// Left open by them, and by us: what is asked of a data source, and options that a panel takes from its defaults.
import type { Dashboard, Panel, RowPanel } from "@grafana/schema";
// The package tells of these by names that TypeScript cannot follow.
import type * as stat from "./node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen.js";
import type * as timeseries from "./node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen.js";

type Written<T> = T extends string ? `${T}`
  : T extends Array<infer Item> ? Array<Written<Item>>
  : T extends object ? { [Key in keyof T]: Written<T[Key]> } : T;
type InPart<T> = T extends Array<infer Item> ? Array<InPart<Item>>
  : T extends object ? { [Key in keyof T]?: InPart<T[Key]> } : T;

export type Frame = Written<Omit<Dashboard, "panels">>;
export type Row = Written<RowPanel>;
export type Other = Written<Omit<Panel, "options">>;
export type Options = { stat: InPart<Written<stat.Options>>; timeseries: InPart<Written<timeseries.Options>> };
// A stat has nothing of its own beside the fields that all panels have.
export type Fields = { stat: Record<string, never>; timeseries: InPart<Written<timeseries.FieldConfig>> };
