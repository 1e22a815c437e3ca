/* Attention in bf16 tiles, 16 queries of one head at a time. */

#ifndef GONGKAI_ATTENTION_H
#define GONGKAI_ATTENTION_H

#include "linear.h"

/* One head of a window of `length` tokens, `real` of which are there; `weights`: room for what 16 tokens give to all. */
typedef struct { const uint16_t *query, *key, *value; uint16_t *weights; int size, real, length; } Head;

/* To register 2: the scores of 16 queries (register 6, if a head is one tile wide) for 16 keys. */
static INLINE void score(const uint16_t *query, const uint16_t *key, int size) {
    _tile_zero(2);
    for (int i = 0; i < size; i += PAIRS, key += PAIRS * TILE) {
        if (size > PAIRS) _tile_loadd(6, query + i, size * 2);
        _tile_loadd(5, key, 64);
        _tile_dpbf16ps(2, 6, 5);
    }
}

/* Where `raise` puts 32 tokens: by fours in turn from the first and the second half. */
static const uint16_t IN_TURN[PAIRS] ALIGNED = {
    0, 1, 2,  3,  16, 17, 18, 19, 4,  5,  6,  7,  20, 21, 22, 23,
    8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31};

/* Which of the 32 tokens from `token` on are there, in that order. */
static inline __mmask32 there(const Head *head, int token) {
    const int rest = head->real - token;
    return _mm512_cmplt_epi16_mask(_mm512_load_si512(IN_TURN), _mm512_set1_epi16((short)(rest < BLOCK ? rest : BLOCK)));
}

/* The largest score of each of 16 queries. */
static void find_peaks(const Head *head, const uint16_t *query, float *peaks) {
    float scores[TILE * LANES] ALIGNED;
    for (int row = 0; row < TILE; row++) peaks[row] = -__builtin_inff();
    if (head->size == PAIRS) _tile_loadd(6, query, head->size * 2);
    for (int token = 0; token < head->real; token += TILE) {
        score(query, head->key + (size_t)token * head->size, head->size);
        _tile_stored(2, scores, 64);
        for (int row = 0; row < TILE; row++) {
            const float top = _mm512_mask_reduce_max_ps(lanes(head->real - token), _mm512_load_ps(scores + row * LANES));
            peaks[row] = top > peaks[row] ? top : peaks[row];
        }
    }
}

/* Powers of two in bf16 of 32 numbers in steps of 1/128: to the exponent go whole powers, to the mantissa what is left, less what a line
 * from power to power is too high by. Relative error below 0.8 %, where bf16 alone has 0.4 %; beyond its range 0, infinite or no number. */
static inline __m512i powers_of_two(__m512i steps, __mmask32 there) {
    static const uint8_t TOO_HIGH[DEPTH] ALIGNED = {
        0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8,
        8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11,
        11, 11, 11, 11, 11, 11, 11, 11, 11, 10, 10, 10, 10, 10, 9, 9,
        9, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3, 3, 2, 1, 1};
    const __m512i line = _mm512_max_epi16(_mm512_adds_epi16(steps, _mm512_set1_epi16(127 * STEPS)), _mm512_setzero_si512());
    const __m512i bits = _mm512_multishift_epi64_epi8(_mm512_set1_epi64(0x0031002100110001), line);  /* from the second on, of each 16 */
    const __m512i high = _mm512_maskz_permutexvar_epi8(0x5555555555555555, bits, _mm512_load_si512(TOO_HIGH));
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

/* To register 4: the weights of 32 tokens for 16 queries; to registers 0 and 1: what those take of the 32 numbers of each token. */
static INLINE void mix(const uint16_t *weights, const uint16_t *value) {
    settle(weights);
    _tile_loadd(4, weights, 64);
    _tile_loadd(5, value, 64);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(5, value + PAIRS * TILE, 64);
    _tile_dpbf16ps(1, 4, 5);
}

/* Where the weights of the 32 tokens from `token` on are kept: all of them if a head is wider than what is mixed at once. */
static INLINE uint16_t *weights_of(const Head *head, int token) {
    const int block = token / BLOCK;
    return head->weights + (size_t)(head->size > PAIRS ? block : block % 2) * TILE * PAIRS;
}

/* What 16 queries take of the first 32 numbers of all tokens, not yet divided by the sums of their weights (register 3: weights times
 * one, the same in every column). Between the products of the next scores and of the weights before, scores are raised to weights. */
static INLINE void weigh(const Head *head, const uint16_t *query, const float *peaks, float *sums, float *mixed) {
    static const uint16_t ONES[TILE * PAIRS] ALIGNED = {[0 ... TILE * PAIRS - 1] = 0x3f80};
    float scores[2][TILE * BLOCK] ALIGNED;
    const uint16_t *key = head->key, *value = head->value;
    const int size = head->size;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(3);
    settle(key);
    _tile_loadd(7, ONES, 64);
    if (size == PAIRS) _tile_loadd(6, query, size * 2);
    for (int half = 0; half < 2; half++, key += TILE * size) {
        score(query, key, size);
        _tile_stored(2, scores[0] + half * LANES, 128);
    }
    for (int token = 0; token < head->length; token += BLOCK) {
        const int more = token + BLOCK < head->length;
        const float *now = scores[token / BLOCK % 2];
        float *next = scores[1 - token / BLOCK % 2];
        uint16_t *weights = weights_of(head, token);
        const __mmask32 present = there(head, token);
        if (more) score(query, key, size);
        if (token) {
            mix(weights_of(head, token - BLOCK), value);
            value += BLOCK * size;
        }
        raise(now, peaks, present, weights, 0, 4);
        if (token) _tile_dpbf16ps(3, 4, 7);
        raise(now, peaks, present, weights, 4, 8);
        if (more) {
            _tile_stored(2, next, 128);
            score(query, key + TILE * size, size);
        }
        raise(now, peaks, present, weights, 8, TILE);
        if (more) _tile_stored(2, next + LANES, 128);
        key += BLOCK * size;
    }
    mix(weights_of(head, head->length - BLOCK), value);
    _tile_dpbf16ps(3, 4, 7);
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

/* What 16 rows are to be multiplied by to be divided by their sums; whether no sum left the range in which its weights are exact. */
static INLINE int divide(const float *sums, float *parts) {
    const __m512 least = _mm512_set1_ps(0x1p-100f), most = _mm512_set1_ps(0x1p100f);
    __m512 all = _mm512_load_ps(sums);
    for (int row = 1; row < TILE; row++) all = _mm512_mask_load_ps(all, (__mmask16)(1 << row), sums + row * LANES);
    _mm512_store_ps(parts, _mm512_rcp14_ps(all));  /* weights in bf16 have 8 bits */
    return (_mm512_cmp_ps_mask(all, least, _CMP_GE_OQ) & _mm512_cmp_ps_mask(all, most, _CMP_LE_OQ)) == 0xffff;
}

/* 16 rows of 32 numbers times `parts`, in fp16 by fours in turn from both halves, to rows of `stride`. */
static INLINE void share(const float *mixed, const float *parts, uint16_t *to, int stride) {
    for (int row = 0; row < TILE; row++, mixed += BLOCK, to += stride) {
        const __m512 part = _mm512_set1_ps(parts[row]);
        const __m512 low = _mm512_mul_ps(_mm512_load_ps(mixed), part), high = _mm512_mul_ps(_mm512_load_ps(mixed + LANES), part);
        _mm512_store_ph(to, narrow_in_turn(low, high));
    }
}

/* What the first `asking` tokens take from all tokens by one head, to rows of `stride`. A softmax needs the largest score of a row only
 * where powers of two would leave the range of floats: it is looked for after that was seen. */
static void attend(const Head *head, int asking, uint16_t *to, int stride) {
    float sums[TILE * LANES] ALIGNED, mixed[TILE * BLOCK] ALIGNED, parts[TILE] ALIGNED, peaks[TILE];
    for (int first = 0; first < asking; first += TILE, to += (size_t)TILE * stride) {
        const uint16_t *query = head->query + (size_t)first * head->size;
        weigh(head, query, NULL, sums, mixed);
        if (!divide(sums, parts)) {
            find_peaks(head, query, peaks);
            weigh(head, query, peaks, sums, mixed);
            divide(sums, parts);
        }
        share(mixed, parts, to, stride);
        for (int from = BLOCK; from < head->size; from += BLOCK) {
            mix_more(head, from, mixed);
            share(mixed, parts, to + from, stride);
        }
    }
}

#endif
