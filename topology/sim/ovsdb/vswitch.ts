import {
  boolean,
  counters,
  type DatabaseSchema,
  from,
  integer,
  oneOf,
  optionalInteger,
  optionalText,
  references,
  text,
  textMap,
  texts,
} from './schema.ts'

const fixedName = { ...text, fixed: true }
const upOrDown = oneOf(optionalText, 'up', 'down')
const vlan = from(optionalInteger, 0, 4095)

/** The tables and columns of Open vSwitch's database that a simulated host has (ovs-vswitchd.conf.db(5)). */
export const openVSwitchSchema: DatabaseSchema = {
  name: 'Open_vSwitch',
  version: '8.3.1',
  tables: {
    Open_vSwitch: {
      isRoot: true,
      maxRows: 1,
      columns: {
        ...{ bridges: references('Bridge'), manager_options: references('Manager') },
        ...{ other_config: textMap, external_ids: textMap, next_cfg: integer, cur_cfg: integer, statistics: textMap },
        ...{ ovs_version: optionalText, db_version: optionalText, system_type: optionalText },
        ...{ system_version: optionalText, datapath_types: texts, iface_types: texts },
      },
    },
    Bridge: {
      unique: 'name',
      columns: {
        ...{ name: fixedName, datapath_type: text, datapath_version: text, datapath_id: optionalText },
        ...{ ports: references('Port'), controller: references('Controller'), status: textMap },
        protocols: oneOf(texts, ...[0, 1, 2, 3, 4, 5].map((minor) => `OpenFlow1${minor}`)),
        fail_mode: oneOf(optionalText, 'standalone', 'secure'),
        ...{ other_config: textMap, external_ids: textMap, mcast_snooping_enable: boolean },
        ...{ stp_enable: boolean, rstp_enable: boolean },
      },
    },
    Port: {
      unique: 'name',
      columns: {
        ...{ name: fixedName, interfaces: references('Interface', 1), tag: vlan, trunks: { ...vlan, max: 4096 } },
        ...{ mac: optionalText, status: textMap, statistics: counters, fake_bridge: boolean },
        ...{ other_config: textMap, external_ids: textMap },
      },
    },
    Interface: {
      unique: 'name',
      columns: {
        ...{ name: fixedName, type: text, options: textMap, mac: optionalText, mac_in_use: optionalText },
        ...{ ofport: optionalInteger, ofport_request: from(optionalInteger, 1, 65279), error: optionalText },
        ...{ admin_state: upOrDown, link_state: upOrDown, mtu: optionalInteger, mtu_request: from(optionalInteger, 1) },
        ...{ external_ids: textMap, other_config: textMap, status: textMap, statistics: counters },
        ...{ bfd: textMap, bfd_status: textMap },
      },
    },
    Controller: {
      columns: {
        ...{ target: text, max_backoff: from(optionalInteger, 1000), inactivity_probe: optionalInteger },
        connection_mode: oneOf(optionalText, 'in-band', 'out-of-band'),
        ...{ other_config: textMap, external_ids: textMap, is_connected: boolean, status: textMap },
        role: oneOf(optionalText, 'other', 'master', 'slave'),
      },
    },
    Manager: {
      unique: 'target',
      columns: {
        ...{ target: text, max_backoff: from(optionalInteger, 1000), inactivity_probe: optionalInteger },
        connection_mode: oneOf(optionalText, 'in-band', 'out-of-band'),
        ...{ other_config: textMap, external_ids: textMap, is_connected: boolean, status: textMap },
      },
    },
  },
}
