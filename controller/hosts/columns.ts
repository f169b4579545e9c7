import type { Wanted } from '../ovsdb/index.ts'

/** What is followed of each host's database: nothing that changes with traffic. */
export const columns: Wanted = {
  Open_vSwitch: ['bridges', 'datapaths', 'external_ids', 'iface_types', 'ovs_version'],
  Manager: ['target'],
  Bridge: [
    ...['name', 'ports', 'controller', 'fail_mode', 'protocols', 'datapath_type', 'other_config', 'external_ids'],
  ],
  Controller: ['target', 'connection_mode', 'max_backoff', 'inactivity_probe', 'external_ids'],
  Port: ['name', 'interfaces', 'external_ids'],
  Interface: ['name', 'type', 'options', 'ofport', 'ofport_request', 'error', 'external_ids'],
  Datapath: ['ct_zones', 'ct_zone_default_limit', 'external_ids'],
  CT_Zone: ['limit', 'external_ids'],
}

/** Marks in `external_ids` of rows that heddle made: only those are ever removed. */
export const madeByHeddle = 'heddle'
/** In `external_ids` of an interface: its host holds all flows that its port needs. */
export const installedMark = 'heddle-installed'
