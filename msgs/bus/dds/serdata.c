//go:build cgo && !nodds

// A Cyclone DDS type whose samples are CDR bytes that nobody here looks into. It
// has no key, so all samples of a topic belong to one instance.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dds/ddsi/q_radmin.h"
#include "shim.h"

// One allocation holds header and bytes. size is a multiple of four, as on the
// wire; what was added is zero.
struct opaque {
  struct ddsi_serdata c;
  uint32_t size;
  size_t room;  // of the allocation, in bytes
  _Alignas(16) unsigned char bytes[];
};

static const struct ddsi_sertype_ops type_ops;
static const struct ddsi_serdata_ops data_ops;

// Large blocks are kept for the samples to come, the oldest in front: memory fresh
// from the kernel costs a page fault for every 4 KB of an image.
enum { KEPT_BLOCKS = 8, KEPT_MIN = 64 << 10, KEPT_BYTES = 16 << 20 };

static struct {
  pthread_mutex_t lock;
  struct opaque *blocks[KEPT_BLOCKS];
  int count;
  size_t bytes;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Takes a block out. kept.lock is held.
static struct opaque *unkeep(int i) {
  struct opaque *d = kept.blocks[i];
  kept.bytes -= d->room;
  kept.count--;
  memmove(&kept.blocks[i], &kept.blocks[i + 1], (size_t)(kept.count - i) * sizeof(d));
  return d;
}

// A block of at least total bytes, a multiple of 16, and not of many more.
static struct opaque *block_new(size_t total) {
  struct opaque *d = NULL;
  if (total >= KEPT_MIN) {
    pthread_mutex_lock(&kept.lock);
    for (int i = kept.count - 1; i >= 0 && d == NULL; i--)
      if (kept.blocks[i]->room >= total && kept.blocks[i]->room / 2 <= total) d = unkeep(i);
    pthread_mutex_unlock(&kept.lock);
  }
  if (d == NULL && (d = aligned_alloc(16, total)) != NULL) d->room = total;
  return d;
}

static void block_free(struct opaque *d) {
  if (d->room < KEPT_MIN || d->room > KEPT_BYTES) {
    free(d);
    return;
  }
  pthread_mutex_lock(&kept.lock);
  while (kept.count == KEPT_BLOCKS || kept.bytes + d->room > KEPT_BYTES) free(unkeep(0));
  kept.blocks[kept.count++] = d;
  kept.bytes += d->room;
  pthread_mutex_unlock(&kept.lock);
}

static struct opaque *opaque_new(const struct ddsi_sertype *type, enum ddsi_serdata_kind kind,
                                 size_t size) {
  size_t rounded = (size + 3) & ~(size_t)3;
  if (rounded < size || rounded > UINT32_MAX - sizeof(struct opaque)) return NULL;
  struct opaque *d = block_new((sizeof(struct opaque) + rounded + 15) & ~(size_t)15);
  if (d == NULL) return NULL;
  ddsi_serdata_init(&d->c, type, kind);
  d->size = (uint32_t)rounded;
  memset(d->bytes + size, 0, rounded - size);
  return d;
}

struct ddsi_serdata *hyt_serdata_new(const struct ddsi_sertype *type, const void *head,
                                     size_t head_size, const void *tail, size_t tail_size) {
  if (tail_size > SIZE_MAX - head_size) return NULL;
  struct opaque *d = opaque_new(type, SDK_DATA, head_size + tail_size);
  if (d == NULL) return NULL;
  if (head_size > 0) memcpy(d->bytes, head, head_size);
  if (tail_size > 0) memcpy(d->bytes + head_size, tail, tail_size);
  return &d->c;
}

const void *hyt_serdata_bytes(const struct ddsi_serdata *serdata, uint32_t *size) {
  const struct opaque *d = (const struct opaque *)serdata;
  *size = d->size;
  return d->bytes;
}

// Sample operations.

static bool data_eqkey(const struct ddsi_serdata *a, const struct ddsi_serdata *b) {
  (void)a, (void)b;
  return true;
}

static uint32_t data_get_size(const struct ddsi_serdata *c) {
  return ((const struct opaque *)c)->size;
}

// Fragments come in order of their offset, but may overlap: of each, what lies
// beyond `end` is new. A gap or a fragment beyond size is refused.
static struct ddsi_serdata *data_from_ser(const struct ddsi_sertype *type,
                                          enum ddsi_serdata_kind kind,
                                          const struct nn_rdata *frag, size_t size) {
  struct opaque *d = opaque_new(type, kind, size);
  if (d == NULL) return NULL;
  uint32_t end = 0;
  for (; frag != NULL; frag = frag->nextfrag) {
    if (frag->maxp1 <= end) continue;
    if (frag->min > end || frag->maxp1 > size) break;
    const unsigned char *payload = NN_RMSG_PAYLOADOFF(frag->rmsg, NN_RDATA_PAYLOAD_OFF(frag));
    memcpy(d->bytes + end, payload + (end - frag->min), frag->maxp1 - end);
    end = frag->maxp1;
  }
  if (end != size) {
    block_free(d);
    return NULL;
  }
  return &d->c;
}

static struct ddsi_serdata *data_from_ser_iov(const struct ddsi_sertype *type,
                                              enum ddsi_serdata_kind kind, ddsrt_msg_iovlen_t niov,
                                              const ddsrt_iovec_t *iov, size_t size) {
  struct opaque *d = opaque_new(type, kind, size);
  if (d == NULL) return NULL;
  size_t end = 0;
  for (ddsrt_msg_iovlen_t i = 0; i < niov && end < size; i++) {
    size_t n = iov[i].iov_len < size - end ? iov[i].iov_len : size - end;
    memcpy(d->bytes + end, iov[i].iov_base, n);
    end += n;
  }
  if (end != size) {
    block_free(d);
    return NULL;
  }
  return &d->c;
}

static struct ddsi_serdata *data_from_keyhash(const struct ddsi_sertype *type,
                                              const ddsi_keyhash_t *keyhash) {
  (void)keyhash;
  return (struct ddsi_serdata *)opaque_new(type, SDK_KEY, 0);
}

// Samples in the sense of generated C types do not exist here.
static struct ddsi_serdata *data_from_sample(const struct ddsi_sertype *type,
                                             enum ddsi_serdata_kind kind, const void *sample) {
  (void)sample;
  return kind == SDK_DATA ? NULL : (struct ddsi_serdata *)opaque_new(type, kind, 0);
}

static bool data_to_sample(const struct ddsi_serdata *c, void *sample, void **buf, void *limit) {
  (void)c, (void)sample, (void)buf, (void)limit;
  return false;
}

static bool data_untyped_to_sample(const struct ddsi_sertype *type, const struct ddsi_serdata *c,
                                   void *sample, void **buf, void *limit) {
  (void)type, (void)c, (void)sample, (void)buf, (void)limit;
  return false;
}

static void data_to_ser(const struct ddsi_serdata *c, size_t off, size_t size, void *buf) {
  memcpy(buf, ((const struct opaque *)c)->bytes + off, size);
}

static struct ddsi_serdata *data_to_ser_ref(const struct ddsi_serdata *c, size_t off, size_t size,
                                            ddsrt_iovec_t *ref) {
  ref->iov_base = (void *)(((const struct opaque *)c)->bytes + off);
  ref->iov_len = (ddsrt_iov_len_t)size;
  return ddsi_serdata_ref(c);
}

static void data_to_ser_unref(struct ddsi_serdata *c, const ddsrt_iovec_t *ref) {
  (void)ref;
  ddsi_serdata_unref(c);
}

// The key of a type without keys: nothing, and of no type.
static struct ddsi_serdata *data_to_untyped(const struct ddsi_serdata *c) {
  struct opaque *d = opaque_new(c->type, SDK_KEY, 0);
  if (d == NULL) return NULL;
  d->c.type = NULL;
  return &d->c;
}

static void data_free(struct ddsi_serdata *c) { block_free((struct opaque *)c); }

static size_t data_print(const struct ddsi_sertype *type, const struct ddsi_serdata *c, char *buf,
                         size_t size) {
  (void)type;
  int n = snprintf(buf, size, "(%u bytes of CDR)", data_get_size(c));
  return n < 0 ? 0 : (size_t)n;
}

static void data_get_keyhash(const struct ddsi_serdata *c, ddsi_keyhash_t *buf, bool force_md5) {
  (void)c, (void)force_md5;
  memset(buf->value, 0, sizeof(buf->value));
}

static const struct ddsi_serdata_ops data_ops = {
    .eqkey = data_eqkey,
    .get_size = data_get_size,
    .from_ser = data_from_ser,
    .from_ser_iov = data_from_ser_iov,
    .from_keyhash = data_from_keyhash,
    .from_sample = data_from_sample,
    .to_ser = data_to_ser,
    .to_ser_ref = data_to_ser_ref,
    .to_ser_unref = data_to_ser_unref,
    .to_sample = data_to_sample,
    .to_untyped = data_to_untyped,
    .untyped_to_sample = data_untyped_to_sample,
    .free = data_free,
    .print = data_print,
    .get_keyhash = data_get_keyhash,
};

// Type operations: two types of the same name are the same.

static bool type_equal(const struct ddsi_sertype *a, const struct ddsi_sertype *b) {
  (void)a, (void)b;
  return true;
}

static uint32_t type_hash(const struct ddsi_sertype *type) {
  (void)type;
  return 0;
}

static void type_free(struct ddsi_sertype *type) {
  ddsi_sertype_fini(type);
  free(type);
}

static void type_zero_samples(const struct ddsi_sertype *type, void *samples, size_t count) {
  (void)type, (void)samples, (void)count;
}

static void type_realloc_samples(void **ptrs, const struct ddsi_sertype *type, void *old,
                                 size_t old_count, size_t count) {
  (void)type, (void)old, (void)old_count;
  for (size_t i = 0; i < count; i++) ptrs[i] = NULL;
}

static void type_free_samples(const struct ddsi_sertype *type, void **ptrs, size_t count,
                              dds_free_op_t op) {
  (void)type, (void)ptrs, (void)count, (void)op;
}

static const struct ddsi_sertype_ops type_ops = {
    .version = ddsi_sertype_v0,
    .free = type_free,
    .zero_samples = type_zero_samples,
    .realloc_samples = type_realloc_samples,
    .free_samples = type_free_samples,
    .equal = type_equal,
    .hash = type_hash,
};

struct ddsi_sertype *hyt_sertype_new(const char *type_name) {
  struct ddsi_sertype *type = calloc(1, sizeof(*type));
  if (type != NULL)
    ddsi_sertype_init_flags(type, type_name, &type_ops, &data_ops,
                            DDSI_SERTYPE_FLAG_TOPICKIND_NO_KEY);
  return type;
}
