import { Command } from 'commander'
import type { UpOptions } from './settings.ts'

const more = (value: string, list: readonly string[]): string[] => [...list, value]

/** `heddle up`; what a controller needs is loaded when one is to run. */
export const up = (version: string): Command =>
  new Command('up')
    .description('run a controller until Ctrl-C; switches keep their flows when it ends')
    .option('--config <file>', 'YAML: data, openflow, networks, ovsdb, api, apps, appDeadline, drift, history, log')
    .option('--data <dir>', 'where it keeps what it has to remember')
    .option('--app <name|file>', "load one of heddle's apps, or a file, for this run (repeatable)", more, [])
    .option('--listen <address>', 'for switches: HOST:PORT or unix:PATH (repeatable) [127.0.0.1:6653]', more, [])
    .option('--networks', 'networks over many hosts: loads their apps, and has the databases of hosts connect')
    .option(
      '--ovsdb <address>',
      'for hosts: HOST:PORT or unix:PATH (repeatable; with --networks) [127.0.0.1:6640]',
      more,
      [],
    )
    .option(
      '--tls-key <file>',
      'with --tls-cert and --tls-ca: switches and hosts connect by TLS and show certificates of the CA',
    )
    .option('--tls-cert <file>')
    .option('--tls-ca <file>')
    .option('--insecure', 'allow --listen without TLS on an address that others can reach')
    .option('--api <host:port>', 'the HTTP API [127.0.0.1:8181]; its token comes from HEDDLE_TOKEN or the file')
    .action(async (options: UpOptions) => (await import('./run.ts')).run(options, version))
