/** Cards that compute: NVIDIA, AMD and Intel graphics, accelerators, FPGA boards of the usual drivers. */
const computeDevices =
  /^\/dev\/(?:nvidia(?:\d+|ctl|-uvm)$|kfd$|dri\/(?:render|card)|accel\/|xdma|qdma|xclmgmt|xocl|davinci)/

export function holdsComputeDevice(devices: readonly string[]): boolean {
  return devices.some(device => computeDevices.test(device))
}

/** What a mapped library says of the work that is done with a card. `cuda`, `opencl` and the like are said by miners too. */
const libraries: readonly (readonly [string, RegExp])[] = [
  ['cuda', /^lib(?:cuda|nvcuvid|nvrtc|cudart)\b/],
  ['opencl', /^lib(?:OpenCL|amdocl|nvidia-opencl|igdrcl|mesaopencl)/i],
  ['rocm', /^lib(?:hsa-runtime|amdhip|rocr)/],
  ['level-zero', /^libze_(?:loader|intel)/],
  ['torch', /^lib(?:torch|c10|caffe2)/],
  ['tensorflow', /^(?:lib)?_?(?:tensorflow|pywrap_tensorflow)/],
  ['onnx', /^(?:lib)?onnxruntime/],
  ['jax', /^(?:xla_extension|libjax|xla_cuda|libtpu)/],
  ['ggml', /^lib(?:ggml|llama)/],
  ['neural-network', /^lib(?:cudnn|nvinfer|MIOpen|openvino|tvm|paddle|mxnet|triton)/],
  ['linear-algebra', /^lib(?:cublas|cusolver|cufft|cusparse|curand|nccl|rccl|rocblas|hipblas|rocsolver|rocfft|npps)/],
  ['video', /^lib(?:avcodec|avformat|nvidia-encode|va|vdpau|gstreamer|mfx|vpl|x264|x265)\b/],
  [
    'display',
    /^(?:lib(?:X11|xcb|wayland-(?:client|server)|gbm|GLX|EGL|GLESv2|Xfont2|mutter|kwin|SDL2|glfw)\b|modesetting_drv)/,
  ],
  ['vulkan', /^libvulkan/],
  ['management', /^lib(?:nvidia-ml|dcgm|rocm_smi|amd_smi)/],
  ['rendering', /^lib(?:embree|OpenImageDenoise|optix|cycles|nvoptix)/],
]

/** The kinds of libraries in a text of `/proc/PID/maps`, sorted. */
export function computeLibraries(maps: string): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  for (const line of maps.split('\n')) {
    const slash = line.lastIndexOf('/')
    if (slash < 0) continue
    const name = line.slice(slash + 1)
    if (seen.has(name)) continue
    seen.add(name)
    for (const [kind, pattern] of libraries) if (pattern.test(name)) found.add(kind)
  }
  return [...found].sort()
}
