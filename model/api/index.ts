export * from './all-routes.ts'
export * from './paging.ts'
export * from './permission.ts'
export * from './route.ts'
