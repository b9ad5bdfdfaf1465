// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Why a device cannot be used, as text: what was found and what is expected. Free of the CUDA runtime, so that these
// are tested on machines without one.
#pragma once

#include <string>

namespace secant {

// What cudaGetDeviceCount and its neighbours said.
struct Findings {
  int status;  // a cudaError_t
  const char *name, *text;
  int devices;
  int driver, runtime;  // versions as 1000 major + 10 minor; driver 0: none
};

inline std::string version_text(int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); }

// "" when there is a device.
inline std::string why_no_device(const Findings& f) {
  constexpr int kSuccess = 0, kNoDevice = 100;
  if (f.status == kSuccess && f.devices > 0) return "";
  const std::string said = std::string(f.name) + ", " + std::to_string(f.status);
  if (f.status == kSuccess || f.status == kNoDevice) {
    return "no CUDA device: the driver (CUDA " + version_text(f.driver) + ") lists none";
  }
  if (f.driver == 0) return "no NVIDIA driver: libcuda.so.1 was not found (cudaGetDeviceCount: " + said + ")";
  if (f.driver < f.runtime) {
    return "the NVIDIA driver is too old: it serves CUDA " + version_text(f.driver) + ", expected at least " +
           version_text(f.runtime) + (f.runtime / 1000 == 13 ? ", that is driver 580 or later (" : " (") + said + ")";
  }
  return "cudaGetDeviceCount: " + std::string(f.text) + " (" + said + "), driver CUDA " + version_text(f.driver);
}

inline std::string no_such_device(int devices, int ordinal) {
  return "device must be in 0.." + std::to_string(devices - 1) + ", got " + std::to_string(ordinal);
}

inline std::string foreign_stream(int owner, int ordinal) {
  return "stream belongs to device " + std::to_string(owner) + ", expected device " + std::to_string(ordinal);
}

}  // namespace secant
