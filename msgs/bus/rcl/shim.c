//go:build ros2 && cgo

#include "shim.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void explain(char reason[HYT_REASON]) {
  snprintf(reason, HYT_REASON, "%s", rcutils_get_error_string().str);
  rcutils_reset_error();
}

void hyt_forget_error(void) { rcutils_reset_error(); }

// Looks a function up by its name, made from a format with package, kind and type.
static void *lookup(void *library, const char *format, const char *package, const char *kind,
                    const char *name, char reason[HYT_REASON]) {
  char symbol[1024];
  snprintf(symbol, sizeof symbol, format, package, kind, name);
  void *found = dlsym(library, symbol);
  if (!found) snprintf(reason, HYT_REASON, "%s", dlerror());
  return found;
}

static void *load(const char *format, const char *package, char reason[HYT_REASON]) {
  char file[512];
  snprintf(file, sizeof file, format, package);
  void *library = dlopen(file, RTLD_LAZY);
  if (!library) snprintf(reason, HYT_REASON, "%s", dlerror());
  return library;
}

bool hyt_load_message(const char *package, const char *kind, const char *name,
                      struct hyt_message_type *type, char reason[HYT_REASON]) {
  void *supports = load("lib%s__rosidl_typesupport_c.so", package, reason);
  void *structs = load("lib%s__rosidl_generator_c.so", package, reason);
  if (!supports || !structs) return false;
  const rosidl_message_type_support_t *(*support)(void) = lookup(
      supports, "rosidl_typesupport_c__get_message_type_support_handle__%s__%s__%s", package, kind, name, reason);
  type->create = lookup(structs, "%s__%s__%s__create", package, kind, name, reason);
  type->destroy = lookup(structs, "%s__%s__%s__destroy", package, kind, name, reason);
  if (!support || !type->create || !type->destroy) return false;
  type->support = support();
  return true;
}

const rosidl_service_type_support_t *hyt_load_service(const char *package, const char *kind,
                                                      const char *name, char reason[HYT_REASON]) {
  void *supports = load("lib%s__rosidl_typesupport_c.so", package, reason);
  if (!supports) return NULL;
  const rosidl_service_type_support_t *(*service)(void) = lookup(
      supports, "rosidl_typesupport_c__get_service_type_support_handle__%s__%s__%s", package, kind, name, reason);
  return service ? service() : NULL;
}

void *hyt_create(const struct hyt_message_type *type) { return type->create(); }

void hyt_destroy(const struct hyt_message_type *type, void *message) { type->destroy(message); }

bool hyt_deserialize(const struct hyt_message_type *type, const void *cdr, size_t size, void *message,
                     char reason[HYT_REASON]) {
  // A view of the caller's bytes: rmw_deserialize only reads it.
  rmw_serialized_message_t view = rmw_get_zero_initialized_serialized_message();
  view.buffer = (uint8_t *)cdr;
  view.buffer_length = view.buffer_capacity = size;
  view.allocator = rcutils_get_default_allocator();
  if (rmw_deserialize(&view, type->support, message) == RMW_RET_OK) return true;
  explain(reason);
  return false;
}

bool hyt_serialize(const struct hyt_message_type *type, const void *message,
                   rmw_serialized_message_t *out, char reason[HYT_REASON]) {
  if (rmw_serialize(message, type->support, out) == RMW_RET_OK) return true;
  explain(reason);
  return false;
}

rmw_serialized_message_t hyt_buffer(void) {
  rmw_serialized_message_t buffer = rmw_get_zero_initialized_serialized_message();
  buffer.allocator = rcutils_get_default_allocator();
  return buffer;
}

void hyt_free_buffer(rmw_serialized_message_t *buffer) {
  if (rmw_serialized_message_fini(buffer) != RMW_RET_OK) rcutils_reset_error();
}

bool hyt_take_serialized(const rcl_subscription_t *subscription, rmw_serialized_message_t *buffer,
                         struct hyt_origin *origin) {
  rmw_message_info_t info = rmw_get_zero_initialized_message_info();
  if (rcl_take_serialized_message(subscription, buffer, &info, NULL) != RCL_RET_OK) {
    rcutils_reset_error();
    return false;
  }
  origin->published = info.source_timestamp;
  // 24 bytes in Humble, 16 later: the first 16 are the id in both.
  memcpy(origin->writer, info.publisher_gid.data, sizeof origin->writer);
  return true;
}

bool hyt_watch_offers(rcl_event_t *event, const rcl_publisher_t *publisher) {
  *event = rcl_get_zero_initialized_event();
  bool ok = rcl_publisher_event_init(event, publisher, RCL_PUBLISHER_OFFERED_INCOMPATIBLE_QOS) == RCL_RET_OK;
  rcutils_reset_error();
  return ok;
}

bool hyt_watch_requests(rcl_event_t *event, const rcl_subscription_t *subscription) {
  *event = rcl_get_zero_initialized_event();
  bool ok = rcl_subscription_event_init(event, subscription, RCL_SUBSCRIPTION_REQUESTED_INCOMPATIBLE_QOS) == RCL_RET_OK;
  rcutils_reset_error();
  return ok;
}

bool hyt_refusals(const rcl_event_t *event, int32_t *total, int *policy) {
  rmw_qos_incompatible_event_status_t status = {0};
  if (rcl_take_event(event, &status) != RCL_RET_OK) {
    rcutils_reset_error();
    return false;
  }
  *total = status.total_count;
  *policy = status.last_policy_kind;
  return true;
}

void hyt_unwatch(rcl_event_t *event) {
  if (rcl_event_fini(event) != RCL_RET_OK) rcutils_reset_error();
}

bool hyt_is_served(const rcl_node_t *node, const rcl_client_t *client) {
  bool available = false;
  if (rcl_service_server_is_available(node, client, &available) != RCL_RET_OK) {
    rcutils_reset_error();
    return false;
  }
  return available;
}

bool hyt_assert(const rcl_publisher_t *publisher, char reason[HYT_REASON]) {
  if (rcl_publisher_assert_liveliness(publisher) == RCL_RET_OK) return true;
  explain(reason);
  return false;
}
