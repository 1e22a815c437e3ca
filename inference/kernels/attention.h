/* Attention in bf16 tiles, 16 queries of one head at a time. */

#ifndef GONGKAI_ATTENTION_H
#define GONGKAI_ATTENTION_H

#include "linear.h"

/* One head of a window of `length` tokens, `real` of which are there; `weights`: room for what 16 tokens give to all. */
typedef struct { const uint16_t *query, *key, *value; uint16_t *weights; int size, real, length; } Head;

/* The scores of 16 queries for 16 keys, into the first halves of rows of 32. */
static INLINE void score(const uint16_t *query, const uint16_t *key, int size, float *to) {
    _tile_zero(2);
    for (int i = 0; i < size; i += PAIRS, key += PAIRS * TILE) {
        if (size > PAIRS) _tile_loadd(6, query + i, size * 2);
        _tile_loadd(5, key, 64);
        _tile_dpbf16ps(2, 6, 5);
    }
    _tile_stored(2, to, 128);
}

/* Where `raise` puts 32 tokens: by fours in turn from the first and the second half. */
static const uint16_t IN_TURN[PAIRS] __attribute__((aligned(ALIGN))) = {
    0, 1, 2,  3,  16, 17, 18, 19, 4,  5,  6,  7,  20, 21, 22, 23,
    8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31};

/* Which of the 32 tokens from `token` on are there, in that order. */
static inline __mmask32 there(const Head *head, int token) {
    const int rest = head->real - token;
    return _mm512_cmplt_epi16_mask(_mm512_load_si512(IN_TURN), _mm512_set1_epi16((short)(rest < BLOCK ? rest : BLOCK)));
}

/* The largest score of each of 16 queries. */
static void find_peaks(const Head *head, const uint16_t *query, float *peaks) {
    float scores[TILE * BLOCK] __attribute__((aligned(ALIGN)));
    for (int row = 0; row < TILE; row++) peaks[row] = -__builtin_inff();
    if (head->size == PAIRS) _tile_loadd(6, query, head->size * 2);
    for (int token = 0; token < head->real; token += TILE) {
        score(query, head->key + (size_t)token * head->size, head->size, scores);
        for (int row = 0; row < TILE; row++) {
            const float top = _mm512_mask_reduce_max_ps(lanes(head->real - token), _mm512_load_ps(scores + row * BLOCK));
            peaks[row] = top > peaks[row] ? top : peaks[row];
        }
    }
}

/* Powers of two in bf16 of 32 numbers in steps of 1/128: to the exponent go whole powers, to the mantissa what is left, less what a line
 * from power to power is too high by. Relative error below 0.8 %, where bf16 alone has 0.4 %; beyond its range 0, infinite or no number. */
static inline __m512i powers_of_two(__m512i steps, __mmask32 there) {
    static const uint8_t TOO_HIGH[DEPTH] __attribute__((aligned(ALIGN))) = {
        0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8,
        8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11,
        11, 11, 11, 11, 11, 11, 11, 11, 11, 10, 10, 10, 10, 10, 9, 9,
        9, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3, 3, 2, 1, 1};
    const __m512i line = _mm512_max_epi16(_mm512_adds_epi16(steps, _mm512_set1_epi16(127 * STEPS)), _mm512_setzero_si512());
    const __m512i high = _mm512_maskz_permutexvar_epi8(0x5555555555555555, _mm512_srli_epi16(line, 1), _mm512_load_si512(TOO_HIGH));
    return _mm512_maskz_sub_epi16(there, line, high);
}

/* Rows `row` to `end` of 32 scores as powers of two in bf16; tokens that are not there get nothing. */
static INLINE void raise(const float *scores, const float *peaks, __mmask32 present, uint16_t *to, int row, int end) {
    for (; row < end; row++) {
        const __m512 peak = _mm512_set1_ps(peaks ? peaks[row] : 0.0f);
        __m512 low = _mm512_load_ps(scores + row * BLOCK), high = _mm512_load_ps(scores + row * BLOCK + LANES);
        if (peaks) low = _mm512_sub_ps(low, peak), high = _mm512_sub_ps(high, peak);
        const __m512i steps = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
        _mm512_store_si512(to + row * PAIRS, powers_of_two(steps, present));
    }
}

/* To registers 0 and 1: what 16 tokens take, by a tile of weights, of 32 numbers of 32 tokens. */
static INLINE void mix(const uint16_t *weights, const uint16_t *value) {
    settle(weights);
    _tile_loadd(4, weights, 64);
    _tile_loadd(5, value, 64);
    _tile_loadd(7, value + PAIRS * TILE, 64);
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 7);
}

/* To register 3: the sums of the weights that were mixed last, the same in every column. */
static INLINE void sum_up(void) {
    static const uint16_t ONES[TILE * PAIRS] __attribute__((aligned(ALIGN))) = {[0 ... TILE * PAIRS - 1] = 0x3f80};
    _tile_loadd(5, ONES, 64);
    _tile_dpbf16ps(3, 4, 5);
}

/* What 16 queries take of the first 32 numbers of all tokens, not yet divided by the sums of their weights. While one block of scores
 * is raised to weights, the next is multiplied and the one before is mixed. */
static INLINE void weigh(const Head *head, const uint16_t *query, const float *peaks, float *sums, float *mixed) {
    float scores[2][TILE * BLOCK] __attribute__((aligned(ALIGN)));
    const uint16_t *key = head->key, *value = head->value;
    uint16_t *weights = head->weights;
    const int size = head->size;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(3);
    settle(key);
    if (size == PAIRS) _tile_loadd(6, query, size * 2);
    score(query, key, size, scores[0]);
    score(query, key + TILE * size, size, scores[0] + LANES);
    for (int token = 0; token < head->length; token += BLOCK, weights += TILE * PAIRS) {
        const float *now = scores[token / BLOCK % 2];
        float *next = scores[1 - token / BLOCK % 2];
        const int more = token + BLOCK < head->length;
        key += BLOCK * size;
        if (more) score(query, key, size, next);
        raise(now, peaks, there(head, token), weights, 0, TILE / 2);
        if (more) score(query, key + TILE * size, size, next + LANES);
        if (token) {
            mix(weights - TILE * PAIRS, value);
            sum_up();
            value += BLOCK * size;
        }
        raise(now, peaks, there(head, token), weights, TILE / 2, TILE);
    }
    mix(weights - TILE * PAIRS, value);
    sum_up();
    _tile_stored(0, mixed, 128);
    _tile_stored(1, mixed + LANES, 128);
    _tile_stored(3, sums, 64);
}

/* The same of the 32 numbers from `from` on, by weights that are there already. */
static void mix_more(const Head *head, int from, float *mixed) {
    const uint16_t *value = head->value + (size_t)from * BLOCK, *weights = head->weights;
    _tile_zero(0);
    _tile_zero(1);
    for (int token = 0; token < head->length; token += BLOCK, weights += TILE * PAIRS, value += BLOCK * head->size) mix(weights, value);
    _tile_stored(0, mixed, 128);
    _tile_stored(1, mixed + LANES, 128);
}

/* Whether no sum of 16 left the range in which its weights are exact. */
static int held(const float *sums) {
    __mmask16 lost = 0;
    for (int row = 0; row < TILE; row++) {
        const __m512 sum = _mm512_load_ps(sums + row * LANES);
        lost |= _mm512_cmp_ps_mask(sum, _mm512_set1_ps(0x1p-100f), _CMP_NGE_UQ);
        lost |= _mm512_cmp_ps_mask(sum, _mm512_set1_ps(0x1p100f), _CMP_NLE_UQ);
    }
    return !lost;
}

/* 16 rows of 32 numbers, each divided by its sum, to rows of `stride`. */
static void share(const float *mixed, const float *sums, float *to, int stride) {
    for (int row = 0; row < TILE; row++, to += stride) {
        const __m512 part = _mm512_div_ps(_mm512_set1_ps(1.0f), _mm512_load_ps(sums + row * LANES));
        _mm512_store_ps(to, _mm512_mul_ps(_mm512_load_ps(mixed + row * BLOCK), part));
        _mm512_store_ps(to + LANES, _mm512_mul_ps(_mm512_load_ps(mixed + row * BLOCK + LANES), part));
    }
}

/* What the first `asking` tokens take from all tokens by one head, to rows of `stride`. A softmax needs the largest score of a row only where powers
 * of two would leave the range of floats: it is looked for after that was seen. */
static void attend(const Head *head, int asking, float *to, int stride) {
    float sums[TILE * LANES] __attribute__((aligned(ALIGN))), mixed[TILE * BLOCK] __attribute__((aligned(ALIGN))), peaks[TILE];
    for (int first = 0; first < asking; first += TILE, to += (size_t)TILE * stride) {
        const uint16_t *query = head->query + (size_t)first * head->size;
        weigh(head, query, NULL, sums, mixed);
        if (!held(sums)) {
            find_peaks(head, query, peaks);
            weigh(head, query, peaks, sums, mixed);
        }
        share(mixed, sums, to, stride);
        for (int from = BLOCK; from < head->size; from += BLOCK) {
            mix_more(head, from, mixed);
            share(mixed, sums, to + from, stride);
        }
    }
}

#endif
