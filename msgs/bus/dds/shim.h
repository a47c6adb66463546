// What the Go side needs of Cyclone DDS beyond its public calls: a type whose
// samples are plain bytes, and listeners that wake Go through an eventfd.
#ifndef HYT_DDS_SHIM_H
#define HYT_DDS_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dds/dds.h"
#include "dds/ddsi/ddsi_serdata.h"
#include "dds/ddsi/ddsi_sertype.h"

// A sample taken from a reader. It holds one reference of serdata; data points
// into it and is valid until hyt_release.
struct hyt_sample {
  struct ddsi_serdata *serdata;
  const void *data;
  uint32_t size;
  int64_t published;             // ns since 1970
  dds_instance_handle_t writer;  // local handle of the writer
};

// Makes a sertype of opaque bytes. The caller owns the reference, or NULL.
struct ddsi_sertype *hyt_sertype_new(const char *type_name);

// Joins head and tail into a sample of that type; both are copied. The caller
// owns the reference. NULL when out of memory or beyond 4 GB.
struct ddsi_serdata *hyt_serdata_new(const struct ddsi_sertype *type, const void *head,
                                     size_t head_size, const void *tail, size_t tail_size);

// The bytes of a sample made here, and how many.
const void *hyt_serdata_bytes(const struct ddsi_serdata *serdata, uint32_t *size);

// Makes a domain. Where that fails, why receives what Cyclone logged about it;
// otherwise the first error that Cyclone could live with, or "".
dds_entity_t hyt_domain(uint32_t id, const char *config, char *why, size_t why_size);

// Makes a topic of opaque bytes. *type is the domain's own sertype, which lives
// as long as an endpoint of that type.
dds_entity_t hyt_topic(dds_entity_t participant, const char *name, const char *type_name,
                       const struct ddsi_sertype **type);

// Makes a reader (writer) that adds one to the eventfd data_fd whenever samples
// come, and one to match_fd whenever its matches change. -1: do not tell.
dds_entity_t hyt_reader(dds_entity_t participant, dds_entity_t topic, const dds_qos_t *qos,
                        int data_fd, int match_fd);
dds_entity_t hyt_writer(dds_entity_t participant, dds_entity_t topic, const dds_qos_t *qos,
                        int match_fd);

// Writes head followed by tail as one sample.
dds_return_t hyt_write(dds_entity_t writer, const struct ddsi_sertype *type, const void *head,
                       size_t head_size, const void *tail, size_t tail_size);

// What one take brings.
#define HYT_BATCH 16
struct hyt_batch {
  struct hyt_sample samples[HYT_BATCH];
  int32_t count;
  bool drained;  // the reader had no more
};

// Takes up to max (at most HYT_BATCH) samples and keeps those that carry data.
// The caller releases each of them.
void hyt_take(dds_entity_t reader, int32_t max, struct hyt_batch *batch);
void hyt_release(struct hyt_sample *sample);

#endif
