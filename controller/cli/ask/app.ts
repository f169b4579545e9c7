import { Command } from 'commander'
import { ask, type ClientOptions } from './client.ts'
import { list } from './get.ts'
import { type OrderOptions, order } from './order.ts'
import { apiOption, type Format, outputOption } from './output.ts'

interface App {
  readonly name: string
  readonly stages: readonly { readonly name: string; readonly table: number }[]
}

const configOption = ['--config <file>', "YAML with the app's configuration"] as const

const stagesText = ({ stages }: App): string => stages.map(({ name, table }) => `${name} in table ${table}`).join(', ')

const pathOf = (name: string): string => `/v1/apps/${encodeURIComponent(name)}`

const load = (): Command =>
  new Command('load')
    .description("load one of heddle's apps by name, or a file; the controller remembers it")
    .argument('<name|file>')
    .option(...configOption)
    .addOption(apiOption())
    .action(async (app: string, options: OrderOptions) => {
      const loaded = await order<App>(options, '/v1/apps', app)
      console.log(`${loaded.name} is loaded: ${stagesText(loaded)}`)
    })

const reload = (): Command =>
  new Command('reload')
    .description("read an app's file again; only what differs is sent to the switches")
    .argument('<name>')
    .addOption(apiOption())
    .action(async (name: string, options: ClientOptions) => {
      const loaded = await ask<App>(options, 'POST', `${pathOf(name)}/reload`)
      console.log(`${loaded.name} is reloaded: ${stagesText(loaded)}`)
    })

const unload = (): Command =>
  new Command('unload')
    .description('withdraw an app with all its flows, and forget it')
    .argument('<name>')
    .addOption(apiOption())
    .action(async (name: string, options: ClientOptions) => {
      await ask(options, 'DELETE', pathOf(name))
      console.log(`${name} is unloaded`)
    })

/** `heddle app` */
export const app = (): Command =>
  new Command('app')
    .description('load, reload, unload and list apps')
    .addCommand(load())
    .addCommand(reload())
    .addCommand(unload())
    .addCommand(
      new Command('list')
        .description('the same as heddle get apps')
        .addOption(outputOption())
        .addOption(apiOption())
        .action((options: ClientOptions & { readonly output: Format }) => list('apps', options)),
    )
