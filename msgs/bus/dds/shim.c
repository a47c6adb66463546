//go:build cgo && !nodds

#include "shim.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "dds/ddsrt/log.h"

// Cyclone says why a domain cannot be made only in its log, whose sink belongs to
// the whole process: one domain is made at a time.

struct listening {
  pthread_t thread;
  char *why;
  size_t size;
  uint32_t priority;  // of the line in why; lower is graver, 0 is none yet
};

static void listen_log(void *arg, const dds_log_data_t *line) {
  struct listening *l = arg;
  if (!pthread_equal(l->thread, pthread_self())) {
    fputs(line->message, stderr);
    return;
  }
  // Of the gravest lines the first names the cause, later ones its consequences.
  if (l->priority != 0 && line->priority >= l->priority) return;
  l->priority = line->priority;
  snprintf(l->why, l->size, "%.*s", (int)strcspn(line->message, "\n"), line->message);
}

dds_entity_t hyt_domain(uint32_t id, const char *config, char *why, size_t why_size) {
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  struct listening l = {pthread_self(), why, why_size, 0};
  pthread_mutex_lock(&one_at_a_time);
  why[0] = 0;
  dds_set_log_sink(listen_log, &l);
  dds_entity_t domain = dds_create_domain(id, config);
  dds_set_log_sink(NULL, NULL);
  pthread_mutex_unlock(&one_at_a_time);
  if (domain >= 0 && l.priority > DDS_LC_ERROR) why[0] = 0;
  return domain;
}

dds_entity_t hyt_topic(dds_entity_t participant, const char *name, const char *type_name,
                       const struct ddsi_sertype **type) {
  struct ddsi_sertype *st = hyt_sertype_new(type_name);
  if (st == NULL) return DDS_RETCODE_OUT_OF_RESOURCES;
  struct ddsi_sertype *mine = st;  // the call replaces st by the domain's own
  dds_entity_t topic = dds_create_topic_sertype(participant, name, &st, NULL, NULL, NULL);
  if (topic < 0)
    ddsi_sertype_unref(mine);
  else
    *type = st;
  return topic;
}

// Adds one to an eventfd. It can only fail when the counter is full: then the
// reader is awake anyway.
static void wake(void *fd) {
  uint64_t one = 1;
  ssize_t n = write((int)(intptr_t)fd, &one, sizeof(one));
  (void)n;
}

static void on_data(dds_entity_t reader, void *fd) {
  (void)reader;
  wake(fd);
}

static void on_reader_match(dds_entity_t reader, const dds_subscription_matched_status_t status,
                            void *fd) {
  (void)reader, (void)status;
  wake(fd);
}

static void on_writer_match(dds_entity_t writer, const dds_publication_matched_status_t status,
                            void *fd) {
  (void)writer, (void)status;
  wake(fd);
}

dds_entity_t hyt_reader(dds_entity_t participant, dds_entity_t topic, const dds_qos_t *qos,
                        int data_fd, int match_fd) {
  dds_listener_t *listener = dds_create_listener(NULL);
  if (data_fd >= 0)
    dds_lset_data_available_arg(listener, on_data, (void *)(intptr_t)data_fd, true);
  if (match_fd >= 0)
    dds_lset_subscription_matched_arg(listener, on_reader_match, (void *)(intptr_t)match_fd, true);
  dds_entity_t reader = dds_create_reader(participant, topic, qos, listener);
  dds_delete_listener(listener);  // the reader has a copy
  return reader;
}

dds_entity_t hyt_writer(dds_entity_t participant, dds_entity_t topic, const dds_qos_t *qos,
                        int match_fd) {
  dds_listener_t *listener = dds_create_listener(NULL);
  if (match_fd >= 0)
    dds_lset_publication_matched_arg(listener, on_writer_match, (void *)(intptr_t)match_fd, true);
  dds_entity_t writer = dds_create_writer(participant, topic, qos, listener);
  dds_delete_listener(listener);  // the writer has a copy
  return writer;
}

dds_return_t hyt_write(dds_entity_t writer, const struct ddsi_sertype *type, const void *head,
                       size_t head_size, const void *tail, size_t tail_size) {
  struct ddsi_serdata *d = hyt_serdata_new(type, head, head_size, tail, tail_size);
  if (d == NULL) return DDS_RETCODE_OUT_OF_RESOURCES;
  dds_return_t rc = dds_writecdr(writer, d);
  // dds_writecdr consumes the reference once it has found the writer, not before.
  if (rc == DDS_RETCODE_BAD_PARAMETER || rc == DDS_RETCODE_ALREADY_DELETED) ddsi_serdata_unref(d);
  return rc;
}

void hyt_take(dds_entity_t reader, int32_t max, struct hyt_batch *batch) {
  struct ddsi_serdata *taken[HYT_BATCH];
  dds_sample_info_t info[HYT_BATCH];
  if (max > HYT_BATCH) max = HYT_BATCH;
  int n = dds_takecdr(reader, taken, (uint32_t)max, info, DDS_ANY_STATE);
  batch->drained = n < max;
  batch->count = 0;
  for (int i = 0; i < n; i++) {
    if (!info[i].valid_data) {
      ddsi_serdata_unref(taken[i]);
      continue;
    }
    struct hyt_sample *s = &batch->samples[batch->count++];
    s->serdata = taken[i];
    s->data = hyt_serdata_bytes(taken[i], &s->size);
    s->published = info[i].source_timestamp;
    s->writer = info[i].publication_handle;
  }
}

void hyt_release(struct hyt_sample *sample) { ddsi_serdata_unref(sample->serdata); }
