/* What becomes of the sums of a product: 32 rows and 32 outputs at a time, two rows after another. */

#ifndef GONGKAI_PANELS_H
#define GONGKAI_PANELS_H

#include "vectors.h"

typedef struct {
    const int8_t *tiles;  /* out/32 panels of in/64 pairs of tiles, each 16 rows of 4 inputs x 16 outputs */
    const float *scale, *bias;
    int in, out;
} Linear;

/* Nothing (there are none); floats in rows, with the bias or without it added to those in rows; GELU in fp16; queries, keys or values. */
typedef enum { NOTHING, STORED, ADDED, MORE, WIDENED, QUERIES, KEYS, VALUES } Use;

/* Queries, keys and values of a window; `rows`: room for 32 keys as rows; `weights`: for what 16 tokens give to all. */
typedef struct { uint16_t *query, *key, *value; uint32_t *rows; uint16_t *weights; } Attention;

/* Where a block of 32 tokens from `first` on of a window of `length` goes. `steps`: what one step of int8 is worth in each row. */
typedef struct {
    const Linear *linear;
    const float *steps;
    float *rows;            /* STORED, ADDED, MORE */
    uint16_t *halves;       /* WIDENED */
    __m512h *tops;          /* WIDENED: in each lane the largest of a row so far, from GELU's least on */
    const uint32_t *pairs;  /* WIDENED: `steps` by the power of two that sums lose (`shift`), in fp16, twice */
    int shift;              /* WIDENED: bits that sums lose to fit in 16 */
    const Attention *attention;
    int hidden, size, length, first; /* QUERIES, KEYS, VALUES */
    int skipped;            /* QUERIES, KEYS, VALUES: outputs before the first of `linear` */
} Target;

/* The sums of 32 rows and 32 outputs, and where they go: `to` is that of the first row, `stride` from row to row. */
typedef struct {
    Use use;
    const int32_t *sums;
    const float *steps, *scale, *bias;
    void *to;
    int stride;
    uint32_t *rows;
    __m512h *tops;
    const uint32_t *pairs;
    __m512i shift;
    __m512h scales, rests, biases;
} Panel;

/* 16 x 16 pairs of numbers: rows to columns. */
static inline void transpose(const uint32_t *from, uint32_t *to) {
    __m512i a[16], b[16];
    for (int i = 0; i < 16; i++) a[i] = _mm512_load_si512(from + i * 16);
    for (int i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            a[i + 2 * j] = _mm512_unpacklo_epi64(b[i + j], b[i + j + 2]);
            a[i + 2 * j + 1] = _mm512_unpackhi_epi64(b[i + j], b[i + j + 2]);
        }
    for (int i = 0; i < 16; i += 8)
        for (int j = 0; j < 4; j++) {
            b[i + j] = _mm512_shuffle_i32x4(a[i + j], a[i + j + 4], 0x88);
            b[i + j + 4] = _mm512_shuffle_i32x4(a[i + j], a[i + j + 4], 0xdd);
        }
    for (int j = 0; j < 8; j++) {
        _mm512_store_si512(to + j * 16, _mm512_shuffle_i32x4(b[j], b[j + 8], 0x88));
        _mm512_store_si512(to + (j + 8) * 16, _mm512_shuffle_i32x4(b[j], b[j + 8], 0xdd));
    }
}

static inline __m512i halves(const __m512 both[2]) { return (__m512i)_mm512_cvtne2ps_pbh(both[1], both[0]); }

/* Rows `row` and `row` + 1 as floats. */
static INLINE void descale(Use use, const Panel *panel, int row, __m512 values[2][2]) {
    for (int half = 0; half < 2; half++) {
        const __m512 scale = _mm512_load_ps(panel->scale + half * LANES);
        const __m512 bias = use == MORE ? _mm512_setzero_ps() : _mm512_load_ps(panel->bias + half * LANES);
        for (int i = 0; i < 2; i++) {
            const __m512 sum = _mm512_cvtepi32_ps(_mm512_load_si512(panel->sums + (row + i) * BLOCK + half * LANES));
            values[i][half] = _mm512_fmadd_ps(sum, _mm512_mul_ps(scale, _mm512_set1_ps(panel->steps[row + i])), bias);
        }
    }
}

static INLINE void finish_rows(Use use, const Panel *panel, int row, __m512 values[2][2]) {
    for (int i = 0; i < 2; i++)
        for (int half = 0; half < 2; half++) {
            float *at = (float *)panel->to + (size_t)(row + i) * panel->stride + half * LANES;
            _mm512_store_ps(at, use == STORED ? values[i][half] : _mm512_add_ps(values[i][half], _mm512_load_ps(at)));
        }
}

/* Sums lose their last bits to be 16 bits wide, and half of what is lost is given back. */
static INLINE void finish_wide(const Panel *panel, int row) {
    for (int i = 0; i < 2; i++) {
        const int32_t *sums = panel->sums + (row + i) * BLOCK;
        const __m512i low = _mm512_srav_epi32(_mm512_load_si512(sums), panel->shift);
        const __m512i high = _mm512_srav_epi32(_mm512_load_si512(sums + LANES), panel->shift);
        const __m512h sum = _mm512_fmadd_ph(_mm512_cvtepi16_ph(_mm512_packs_epi32(low, high)), panel->scales, panel->rests);
        const __m512h step = _mm512_castsi512_ph(_mm512_set1_epi32((int)panel->pairs[row + i]));
        const __m512h value = gelu(_mm512_fmadd_ph(sum, step, panel->biases));
        panel->tops[row + i] = _mm512_max_ph(panel->tops[row + i], value);
        _mm512_store_ph((uint16_t *)panel->to + (size_t)(row + i) * panel->stride, value);
    }
}

static INLINE void finish_queries(const Panel *panel, int row, __m512 values[2][2]) {
    uint16_t *query = (uint16_t *)panel->to + (size_t)row * panel->stride;
    _mm512_store_si512(query, halves(values[0]));
    _mm512_store_si512(query + panel->stride, halves(values[1]));
}

/* Keys stand as columns, two neighbouring numbers together. */
static INLINE void finish_keys(const Panel *panel, int row, __m512 values[2][2]) {
    uint32_t *rows = panel->rows + row * LANES;
    _mm512_store_si512(rows, halves(values[0]));
    _mm512_store_si512(rows + LANES, halves(values[1]));
    if (row % TILE == TILE - 2) {
        const int first = row / TILE * TILE;
        transpose(panel->rows + first * LANES, (uint32_t *)((uint16_t *)panel->to + (size_t)first * panel->stride));
    }
}

/* Values stand with two neighbouring tokens together, by fours in turn from both halves of the 32, as weights do. */
static INLINE void finish_values(const Panel *panel, int row, __m512 values[2][2]) {
    static const uint16_t INTERLEAVED[2 * LANES] ALIGNED = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i order = _mm512_load_si512(INTERLEAVED);
    uint16_t *value = (uint16_t *)panel->to + (row % TILE / 4 * 4 + row / TILE * 2 + row % 4 / 2) * PAIRS;
    for (int half = 0; half < 2; half++) {
        const __m512 both[2] = {values[0][half], values[1][half]};
        _mm512_store_si512(value + half * BLOCK * TILE, _mm512_permutexvar_epi16(order, halves(both)));
    }
}

/* Rows `row` and `row` + 1 of a panel go where they belong. */
static INLINE void finish(Use use, const Panel *panel, int row) {
    __m512 values[2][2];
    if (use == WIDENED) {
        finish_wide(panel, row);
        return;
    }
    descale(use, panel, row, values);
    if (use == QUERIES) finish_queries(panel, row, values);
    else if (use == KEYS) finish_keys(panel, row, values);
    else if (use == VALUES) finish_values(panel, row, values);
    else finish_rows(use, panel, row, values);
}

/* Of a panel that becomes wide: scales and biases as its sums stand after packing. */
static INLINE void prepare_wide(Panel *panel, const Target *to) {
    const __m512 half = _mm512_set1_ps(0.5f), low = _mm512_load_ps(panel->scale), high = _mm512_load_ps(panel->scale + LANES);
    panel->tops = to->tops;
    panel->pairs = to->pairs;
    panel->shift = _mm512_set1_epi32(to->shift);
    panel->scales = narrow_in_turn(low, high);
    panel->rests = narrow_in_turn(_mm512_mul_ps(low, half), _mm512_mul_ps(high, half));
    panel->biases = narrow_in_turn(_mm512_load_ps(panel->bias), _mm512_load_ps(panel->bias + LANES));
}

/* Of a panel that queries, keys or values are: which, and where their head has them. */
static INLINE void prepare_attending(Panel *panel, const Target *to, int column) {
    const int output = to->skipped + column, part = output / to->hidden, head = output % to->hidden / to->size, within = output % to->size;
    const size_t start = ((size_t)head * to->length + to->first) * to->size;
    panel->use = (Use)(QUERIES + part);
    panel->stride = to->size;
    panel->rows = to->attention->rows;
    if (part == 0) panel->to = to->attention->query + start + within;
    else if (part == 1) panel->to = to->attention->key + start + (size_t)within * TILE;
    else panel->to = to->attention->value + start + (size_t)within * BLOCK;
}

/* The panel of the outputs from `column` on; `use` is QUERIES for queries, keys and values alike. */
static INLINE Panel panel_at(Use use, const Target *to, const int32_t *sums, int column) {
    const Linear *linear = to->linear;
    Panel panel = {.use = use, .sums = sums, .steps = to->steps, .scale = linear->scale + column, .bias = linear->bias + column};
    panel.stride = linear->out;
    if (use == WIDENED) {
        panel.to = to->halves + column;
        prepare_wide(&panel, to);
    } else if (use == QUERIES) prepare_attending(&panel, to, column);
    else panel.to = to->rows + column;
    return panel;
}

#endif
