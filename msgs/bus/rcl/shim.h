// What the Go side needs of rcl and rmw beyond what rclgo offers. Each call that
// can fail writes why it did into a reason, on the thread on which it failed.
#ifndef HYT_RCL_SHIM_H
#define HYT_RCL_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "rcl/event.h"
#include "rcl/graph.h"
#include "rcl/rcl.h"
#include "rmw/rmw.h"

#define HYT_REASON 512

// A message type as its package's libraries have it. They are never unloaded: an
// RMW may keep pointers into them for as long as the process lives.
struct hyt_message_type {
  const rosidl_message_type_support_t *support;
  void *(*create)(void);  // a default message, or NULL without memory
  void (*destroy)(void *);
};

// Loads package/kind/name; kind is msg, srv or action.
bool hyt_load_message(const char *package, const char *kind, const char *name,
                      struct hyt_message_type *type, char reason[HYT_REASON]);

// Loads the type support of a service, which comes with two messages,
// name_Request and name_Response. NULL where there is none.
const rosidl_service_type_support_t *hyt_load_service(const char *package, const char *kind,
                                                      const char *name, char reason[HYT_REASON]);

// Makes a message with default values (NULL without memory), and ends it.
void *hyt_create(const struct hyt_message_type *type);
void hyt_destroy(const struct hyt_message_type *type, void *message);

// Reads CDR into a message that create made, and writes a message as CDR. out is
// the caller's, zero-initialised or of an earlier call.
bool hyt_deserialize(const struct hyt_message_type *type, const void *cdr, size_t size, void *message,
                     char reason[HYT_REASON]);
bool hyt_serialize(const struct hyt_message_type *type, const void *message,
                   rmw_serialized_message_t *out, char reason[HYT_REASON]);

// One sample's origin.
struct hyt_origin {
  int64_t published;  // ns since 1970; 0 where the RMW does not tell
  uint8_t writer[16];
};

// A buffer for hyt_take_serialized, and its end.
rmw_serialized_message_t hyt_buffer(void);
void hyt_free_buffer(rmw_serialized_message_t *buffer);

// Takes one sample. False where there is none: also when the writer that woke us
// has left, or the sample was taken in the meantime.
bool hyt_take_serialized(const rcl_subscription_t *subscription, rmw_serialized_message_t *buffer,
              struct hyt_origin *origin);

// Events that count refusals because of QoS. False where the RMW has none.
bool hyt_watch_offers(rcl_event_t *event, const rcl_publisher_t *publisher);
bool hyt_watch_requests(rcl_event_t *event, const rcl_subscription_t *subscription);
// False where nothing was told.
bool hyt_refusals(const rcl_event_t *event, int32_t *total, int *policy);
void hyt_unwatch(rcl_event_t *event);

bool hyt_is_served(const rcl_node_t *node, const rcl_client_t *client);
bool hyt_assert(const rcl_publisher_t *publisher, char reason[HYT_REASON]);

// Forgets the error that the last failed call left on this thread, which would
// otherwise be complained about at the next one.
void hyt_forget_error(void);

#endif
