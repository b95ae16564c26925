import { channelHandlers } from './channel-api.ts'
import { deliveryHandlers } from './delivery-api.ts'
import { routeHandlers } from './route-api.ts'

/** Channels, routes, deliveries; exports are in center/export. */
export const notificationHandlers = { ...channelHandlers, ...routeHandlers, ...deliveryHandlers }
