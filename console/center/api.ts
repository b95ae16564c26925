import { type ApiClient, apiClient, type ClientOptions } from '../../client/index.ts'

let token: string | undefined

/** The session's token against forged requests; a new sign-in has a new one. */
export function setCsrf(csrf: string | undefined): void {
  token = csrf
  // The API's own page (/api/) sends what is tried out there with it.
  if (csrf === undefined) sessionStorage.removeItem('csrf')
  else sessionStorage.setItem('csrf', csrf)
}

export const client: ClientOptions = { address: location.origin, csrf: () => token, retries: 2 }

/** The center that this page came from. Functions reject with ApiError or UnreachableError. */
export const api: ApiClient = apiClient(client)
