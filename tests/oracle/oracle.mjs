// node oracle.mjs SCRIPT.json: Microsoft SEAL (the package node-seal) carries out the cases of a script that
// seal_oracle wrote, prints a line for each, and exits with 1 if an error is not within its bound.
// Beside the script lie the files that it names; what SEAL is asked to save goes there too.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

// Where run.sh installed the packages.
const packages = process.env.TACIT_ORACLE_PACKAGES
const { default: initialize } = await import(
  pathToFileURL(path.join(packages, 'node_modules/node-seal/dist/index_throws.js'))
)
const seal = await initialize()

const script = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const folder = path.dirname(process.argv[2])
const read = (name) => new Uint8Array(fs.readFileSync(path.join(folder, name)))
const write = (name, object) =>
  fs.writeFileSync(path.join(folder, name), object.saveToArray(seal.ComprModeType.none), { mode: 0o600 })
const floats = (name) => new Float64Array(read(name).buffer)

const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks)
parameters.loadFromArray(read(script.parameters))
const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128)
if (!context.parametersSet()) throw new Error('SEAL refuses the parameters at 128 bits of security')
const load = (object, name) => {
  object.loadFromArray(context, read(name))
  return object
}
const loadAll = (Type, names = {}) =>
  Object.fromEntries(Object.entries(names).map(([key, name]) => [key, load(new seal[Type](), name)]))

const secrets = loadAll('SecretKey', script.secrets)
const publics = loadAll('PublicKey', script.publics)
const relins = loadAll('RelinKeys', script.relins)
const galois = loadAll('GaloisKeys', script.galois)
for (const { name, secret, steps, save } of script.generate ?? []) {
  const generator = secret ? new seal.KeyGenerator(context, secrets[secret]) : new seal.KeyGenerator(context)
  if (!secret) {
    secrets[name] = generator.secretKey()
    publics[name] = generator.createPublicKey()
  }
  relins[name] = generator.createRelinKeys()
  galois[name] = generator.createGaloisKeysWithSteps(Int32Array.from(steps))
  if (save) {
    write(`${name}.secret`, secrets[name])
    write(`${name}.public`, publics[name])
    write(`${name}.relin`, relins[name])
    write(`${name}.galois`, galois[name])
  }
}

const encoder = new seal.CKKSEncoder(context)
const evaluator = new seal.Evaluator(context)

// The modulus of a level: level 0 is the end of SEAL's chain.
function parmsIdOf(level) {
  let data = context.firstContextData()
  while (data.chainIndex() > level) data = data.nextContextData()
  return data.parmsId()
}

function encrypt(kind, key, file, level, scaleLevel) {
  const plaintext = new seal.Plaintext()
  encoder.encode(floats(file), script.scales[scaleLevel], plaintext)
  evaluator.plainModSwitchToInplace(plaintext, parmsIdOf(level))
  const encryptor = new seal.Encryptor(context, publics[key], secrets[key])
  const ciphertext = new seal.Ciphertext()
  if (kind === 'public') encryptor.encrypt(plaintext, ciphertext)
  else encryptor.encryptSymmetric(plaintext, ciphertext)
  return ciphertext
}

const operations = {
  load: (_, file) => load(new seal.Ciphertext(), file),
  encrypt: (_, ...rest) => encrypt(...rest),
  save: (c, file) => (write(file, c), c),
  add: (c, steps) => (evaluator.addInplace(c, perform(steps)), c),
  multiply: (c, steps) => (evaluator.multiplyInplace(c, perform(steps)), c),
  multiply_plain: (c, file) => (evaluator.multiplyPlainInplace(c, load(new seal.Plaintext(), file)), c),
  square: (c) => (evaluator.squareInplace(c), c),
  relinearize: (c, key) => (evaluator.relinearizeInplace(c, relins[key]), c),
  rescale: (c) => (evaluator.rescaleToNextInplace(c), c),
  drop: (c, level) => (evaluator.cipherModSwitchToInplace(c, parmsIdOf(level)), c),
  rotate: (c, steps, key) => (evaluator.rotateVectorInplace(c, steps, galois[key]), c),
  galois: (c, element, key) => (evaluator.applyGaloisInplace(c, element, galois[key]), c),
  conjugate: (c, key) => (evaluator.complexConjugateInplace(c, galois[key]), c),
}
function perform(steps) {
  return steps.reduce((ciphertext, [operation, ...rest]) => operations[operation](ciphertext, ...rest), null)
}

function decrypt(secret, ciphertext) {
  const plaintext = new seal.Plaintext()
  new seal.Decryptor(context, secrets[secret]).decrypt(ciphertext, plaintext)
  return encoder.decodeFloat64(plaintext)
}

// The first half of the file: values; the second: standard deviations of their errors.
function compare(measured, file) {
  const expected = floats(file)
  const slots = expected.length / 2
  if (measured.length !== slots) throw new Error(`${measured.length} slots instead of ${slots}`)
  let [largest, boundThere, worst, squares] = [0, 0, 0, 0]
  for (let i = 0; i < slots; i++) {
    const deviation = expected[slots + i]
    const error = Math.abs(measured[i] - expected[i])
    const bound = script.allowed_deviations * deviation
    squares += (error / deviation) ** 2
    // Written so that NaN counts as the worst.
    if (!(error <= largest)) [largest, boundThere] = [error, bound]
    if (!(error / bound <= worst)) worst = error / bound
  }
  return { error: largest, bound: boundThere, worst, rms: Math.sqrt(squares / slots) }
}

const number = (x) => x.toExponential(1).replace(/e([+-])(\d)$/, 'e$10$2')
const leastGarbage = 1000 // times the bound
let failed = false
for (const { title, secret, kind, expected, steps } of script.cases) {
  let text
  try {
    const { worst, error, bound, rms } = compare(decrypt(secret, perform(steps)), expected)
    const isGarbage = kind === 'garbage'
    const holds = isGarbage ? !(error < leastGarbage * bound) : worst <= 1 && rms >= script.rms[0] && rms <= script.rms[1]
    text = isGarbage
      ? `${number(error)} (must exceed ${number(leastGarbage * bound)})`
      : `${number(error)} (bound ${number(bound)}), ${worst.toFixed(2)} of the bound, rms/theory ${rms.toFixed(2)}`
    if (!holds) text += '  FAILED'
    failed ||= !holds
  } catch (error) {
    text = `FAILED: ${error?.message ?? error}`
    failed = true
  }
  console.log(`${(title + ':').padEnd(80)} ${text}`)
}
process.exit(failed ? 1 : 0)
