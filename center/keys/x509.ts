// @peculiar/x509 finds its parts by decorators and refuses to load before this.
import 'reflect-metadata'

export * from '@peculiar/x509'
