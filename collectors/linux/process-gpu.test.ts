import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { computeLibraries, holdsComputeDevice } from './process-gpu.ts'

const map = (...paths: string[]) => paths.map(path => `7f00-7f10 r-xp 00000000 08:01 9 ${path}`).join('\n')

for (const [name, paths, expected] of [
  [
    'a miner',
    ['/usr/lib/libcuda.so.535.54', '/usr/lib/libnvidia-ml.so.1', '/usr/lib/libc.so.6'],
    ['cuda', 'management'],
  ],
  ['PyTorch', ['/v/torch/lib/libtorch_cuda.so', '/v/nvidia/cublas/lib/libcublas.so.12'], ['linear-algebra', 'torch']],
  ['ffmpeg', ['/usr/lib/libavcodec.so.59', '/usr/lib/libcuda.so.1'], ['cuda', 'video']],
  ['an X server', ['/usr/lib/libgbm.so.1', '/usr/lib/xorg/modules/drivers/modesetting_drv.so'], ['display']],
  ['ollama', ['/usr/local/lib/ollama/libggml-cuda.so'], ['ggml']],
  ['names that only begin so', ['/opt/libcudamagic-x', '/opt/libvaluable.so'], []],
] as const)
  test(name, () => assert.deepEqual(computeLibraries(map(...paths)), [...expected]))

test('devices that compute', () => {
  const said = (device: string) => holdsComputeDevice([device])
  const devices = ['/dev/nvidia0', '/dev/dri/renderD128', '/dev/kfd', '/dev/xdma0_h2c_0', '/dev/accel/accel0']
  assert.deepEqual(devices.map(said), [true, true, true, true, true])
  assert.deepEqual(['/dev/cpu/0/msr', '/dev/mem', '/dev/nvidia-caps'].map(said), [false, false, false])
})

test('any text for a map', () => {
  fc.assert(fc.property(fc.string(), text => void computeLibraries(text)))
})
