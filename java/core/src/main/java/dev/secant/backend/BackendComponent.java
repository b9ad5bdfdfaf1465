// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * A part that a backend needs on this machine, such as a driver or a vendor's library.
 *
 * @param subject as people call it
 * @param present whether it can be used
 * @param text version and place, or what is missing and what to do
 */
public record BackendComponent(String subject, boolean present, String text) {
  public static BackendComponent found(String subject, String text) {
    return new BackendComponent(subject, true, text);
  }

  public static BackendComponent missing(String subject, String text) {
    return new BackendComponent(subject, false, text);
  }
}
