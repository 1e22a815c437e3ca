/* Linear layers in int8 tiles, 32 tokens at a time, and what becomes of their sums. */

#ifndef GONGKAI_LINEAR_H
#define GONGKAI_LINEAR_H

#include "vectors.h"

typedef struct {
    const int8_t *tiles;  /* out/32 panels of in/64 pairs of tiles, each 16 rows of 4 inputs x 16 outputs */
    const float *scale, *bias;
    int in, out;
} Linear;

static int rounded(int number, int step) { return (number + step - 1) / step * step; }

typedef struct __attribute__((packed)) { uint8_t palette, start, unused[14]; uint16_t columns[16]; uint8_t rows[16]; } Tiles;

/* Everything written so far is in memory. GCC must be told before tiles are read from there: to it their loads read nothing. */
static INLINE void settle(const void *written) { __asm__ volatile("" : : "r"(written) : "memory"); }

/* All eight tiles full: 16 rows of 64 bytes. */
static void open_tiles(void) {
    Tiles tiles = {.palette = 1};
    for (int i = 0; i < 8; i++) tiles.columns[i] = 64, tiles.rows[i] = TILE;
    settle(&tiles);
    _tile_loadconfig(&tiles);
}

/* What becomes of the sums of a product: floats in rows, floats added to those in rows, GELU in fp16, or queries, keys and values. */
typedef enum { STORED, ADDED, WIDENED, ATTENDING } Use;

/* Queries, keys and values of a window; `rows`: room for 32 keys as rows; `weights`: for what 16 tokens give to all. */
typedef struct { uint16_t *query, *key, *value; uint32_t *rows; uint16_t *weights; } Attention;

/* Where a block of 32 tokens from `first` on of a window of `length` goes. `steps`: what one step of int8 is worth in each row. */
typedef struct {
    const Linear *linear;
    const float *steps;
    float *rows;         /* STORED, ADDED */
    uint16_t *halves;    /* WIDENED */
    __m512h *tops;       /* WIDENED: in each lane the largest of a row so far, from GELU's least on */
    const Attention *attention;
    int hidden, size, length, first; /* ATTENDING */
    int skipped;         /* ATTENDING: outputs before the first of `linear` */
} Target;

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

static inline __m512i halves(__m512 low, __m512 high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }

/* Two rows of 32 queries, keys or values in bf16 and as tiles read them, by head: queries as rows; keys as columns, two
 * neighbouring numbers together; values with two neighbouring tokens together. */
static inline void lay_out(const Target *to, int column, int row, __m512 even[2], __m512 odd[2]) {
    static const uint16_t INTERLEAVED[2 * LANES] __attribute__((aligned(ALIGN))) = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const int output = to->skipped + column, part = output / to->hidden, head = output % to->hidden / to->size, within = column % to->size;
    const size_t start = (size_t)head * to->length + to->first;
    if (part == 0) {
        uint16_t *query = to->attention->query + (start + row) * to->size + within;
        _mm512_store_si512(query, halves(even[0], even[1]));
        _mm512_store_si512(query + to->size, halves(odd[0], odd[1]));
    } else if (part == 1) {
        uint32_t *rows = to->attention->rows + row * PAIRS / 2;
        _mm512_store_si512(rows, halves(even[0], even[1]));
        _mm512_store_si512(rows + PAIRS / 2, halves(odd[0], odd[1]));
        if (row % TILE == TILE - 2) {
            uint16_t *key = to->attention->key + (start + row / TILE * TILE) * to->size + within * TILE;
            transpose(to->attention->rows + row / TILE * TILE * PAIRS / 2, (uint32_t *)key);
        }
    } else {
        const __m512i order = _mm512_load_si512(INTERLEAVED);
        const int pair = row % TILE / 4 * 4 + row / TILE * 2 + row % 4 / 2;  /* by fours in turn from both halves, as weights stand */
        uint16_t *value = to->attention->value + start * to->size + (size_t)within * BLOCK + pair * PAIRS;
        _mm512_store_si512(value, _mm512_permutexvar_epi16(order, halves(even[0], odd[0])));
        _mm512_store_si512(value + BLOCK * TILE, _mm512_permutexvar_epi16(order, halves(even[1], odd[1])));
    }
}

/* Rows `row` and `row` + 1 of the 32 outputs from `column` on, from their sums. */
static INLINE void finish(Use use, const Target *to, const int32_t *sums, int column, int row) {
    __m512 values[2][2];
    for (int half = 0; half < 2; half++) {
        const int at = column + half * LANES;
        const __m512 scale = _mm512_load_ps(to->linear->scale + at), bias = _mm512_load_ps(to->linear->bias + at);
        for (int i = 0; i < 2; i++) {
            const __m512 sum = _mm512_cvtepi32_ps(_mm512_load_si512(sums + (row + i) * BLOCK + half * LANES));
            values[i][half] = _mm512_fmadd_ps(sum, _mm512_mul_ps(scale, _mm512_set1_ps(to->steps[row + i])), bias);
        }
    }
    if (use == ATTENDING) {
        lay_out(to, column, row, values[0], values[1]);
        return;
    }
    if (use == WIDENED) {
        for (int i = 0; i < 2; i++) {
            const __m512h value = _mm512_min_ph(gelu(narrow(values[i][0], values[i][1])), _mm512_set1_ph((_Float16)65504.0f));
            to->tops[row + i] = _mm512_max_ph(to->tops[row + i], value);
            _mm512_store_ph(to->halves + (size_t)(row + i) * to->linear->out + column, value);
        }
        return;
    }
    for (int i = 0; i < 2; i++)
        for (int half = 0; half < 2; half++) {
            float *at = to->rows + (size_t)(row + i) * to->linear->out + column + half * LANES;
            _mm512_store_ps(at, use == ADDED ? _mm512_add_ps(values[i][half], _mm512_load_ps(at)) : values[i][half]);
        }
}

/* 32 rows of int8 (`tiles`) through the linear layer of `to`. While the tiles of 32 outputs are multiplied, the sums of those before
 * are finished. */
static INLINE void multiply(const int8_t *tiles, Use use, const Target *to) {
    int32_t sums[2][BLOCK * BLOCK] __attribute__((aligned(ALIGN)));
    const Linear *linear = to->linear;
    const int8_t *weights = linear->tiles;
    const int share = rounded((BLOCK * DEPTH + linear->in - 1) / linear->in, 2);
    settle(tiles);
    for (int column = 0; column < linear->out; column += BLOCK) {
        int32_t *now = sums[column / BLOCK % 2], *before = sums[1 - column / BLOCK % 2];
        int done = column ? 0 : BLOCK;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (int k = 0; k < linear->in; k += DEPTH, weights += 2 * TILE_BYTES) {
            _tile_loadd(4, tiles + (size_t)k * BLOCK, 64);
            _tile_loadd(6, weights, 64);
            _tile_loadd(7, weights + TILE_BYTES, 64);
            _tile_loadd(5, tiles + (size_t)k * BLOCK + TILE_BYTES, 64);
            _tile_dpbssd(0, 4, 6);
            _tile_dpbssd(1, 4, 7);
            _tile_dpbssd(2, 5, 6);
            _tile_dpbssd(3, 5, 7);
            for (int row = 0; row < share && done < BLOCK; row += 2, done += 2) finish(use, to, before, column - BLOCK, done);
        }
        _tile_stored(0, now, 128);
        _tile_stored(1, now + TILE, 128);
        _tile_stored(2, now + TILE * BLOCK, 128);
        _tile_stored(3, now + TILE * BLOCK + TILE, 128);
    }
    for (int row = 0; row < BLOCK; row += 2) finish(use, to, sums[(linear->out / BLOCK - 1) % 2], linear->out - BLOCK, row);
}

#endif
