const text = { type: 'string', minLength: 1 }
const licence = {
  oneOf: [
    { type: 'object', required: ['expression'], properties: { expression: text }, additionalProperties: false },
    {
      type: 'object',
      required: ['license'],
      properties: { license: { type: 'object', required: ['name'], properties: { name: text } } },
      additionalProperties: false,
    },
  ],
}

/** An expression stands alone (bom-1.6.schema.json, licenseChoice). */
const licences = {
  oneOf: [
    { type: 'array', items: licence.oneOf[1], minItems: 1 },
    { type: 'array', items: licence.oneOf[0], minItems: 1, maxItems: 1 },
  ],
}

const component = {
  type: 'object',
  required: ['type', 'name', 'bom-ref', 'version', 'purl'],
  additionalProperties: false,
  properties: {
    type: { enum: ['application', 'framework', 'library', 'container', 'platform', 'operating-system', 'file'] },
    'bom-ref': text,
    group: text,
    name: text,
    version: { ...text, maxLength: 1024 },
    description: text,
    purl: { type: 'string', pattern: '^pkg:[a-z]+/.+@.+' },
    licenses: licences,
    hashes: {
      type: 'array',
      items: {
        type: 'object',
        required: ['alg', 'content'],
        additionalProperties: false,
        properties: {
          alg: { enum: ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] },
          content: {
            type: 'string',
            pattern: '^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$',
          },
        },
      },
    },
    properties: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: { name: text, value: { type: 'string' } },
      },
    },
  },
}

/** What bom-1.6.schema.json of CycloneDX asks of the parts that we write, and that there are no others. */
export const sbomSchema = {
  type: 'object',
  required: ['bomFormat', 'specVersion', 'serialNumber', 'version', 'metadata', 'components', 'dependencies'],
  additionalProperties: false,
  properties: {
    $schema: { enum: ['http://cyclonedx.org/schema/bom-1.6.schema.json'] },
    bomFormat: { enum: ['CycloneDX'] },
    specVersion: { enum: ['1.6'] },
    serialNumber: {
      type: 'string',
      pattern: '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    },
    version: { type: 'integer', minimum: 1 },
    metadata: {
      type: 'object',
      required: ['timestamp', 'component'],
      additionalProperties: false,
      properties: {
        timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
        component,
      },
    },
    components: { type: 'array', items: component, minItems: 10, uniqueItems: true },
    dependencies: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'object',
        required: ['ref'],
        additionalProperties: false,
        properties: { ref: text, dependsOn: { type: 'array', items: text, uniqueItems: true } },
      },
    },
  },
}
