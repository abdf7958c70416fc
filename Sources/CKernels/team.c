// A parallel loop over threads of our own: the caller works too, helpers join while there is something left to claim, and
// nobody waits for a helper that has claimed nothing. So a helper that the kernel keeps off the processor costs its share
// of speed and no more.
#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define pause_processor() __builtin_ia32_pause()
#else
#define pause_processor() ((void)0)
#endif

// Looks for work this many times before a helper sleeps (some 50 µs): longer than the gaps inside a forward pass, shorter
// than anything that another thread would miss.
#define SPINS 2000
// Most items of one job: an item's number has 16 bits of the ticket.
#define MOST_ITEMS 65535u

struct ck_team {
    // generation (32 bits) · items of the job (16) · next item to claim (16). A claim is one compare-and-swap, so it
    // can only succeed on the job that it read. `body` and `context` are written while every item is finished, and read
    // after a claim, which keeps the job from finishing.
    _Atomic uint64_t ticket;
    _Atomic uint32_t finished;
    ck_body body;
    void *context;
    size_t first;

    _Atomic int is_busy;
    _Atomic int sleepers;
    _Atomic int is_closing;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    size_t helpers;
    struct ck_helper {
        pthread_t thread;
        ck_team *team;
        size_t participant;
    } *threads;
};

// The team that the calling thread leads.
static _Thread_local ck_team *led;

static int has_items(uint64_t ticket) { return (ticket & 0xffff) < ((ticket >> 16) & 0xffff); }

// Claims and runs items until none is left.
static void take_part(ck_team *team, size_t participant) {
    uint64_t ticket = atomic_load(&team->ticket);
    while (has_items(ticket)) {
        if (!atomic_compare_exchange_weak(&team->ticket, &ticket, ticket + 1)) continue;
        team->body(team->context, team->first + (ticket & 0xffff), participant);
        atomic_fetch_add(&team->finished, 1);
        ticket = atomic_load(&team->ticket);
    }
}

// Returns when there is something to claim or the team closes.
static void await_items(ck_team *team) {
    for (int spin = 0; spin < SPINS; spin++) {
        if (has_items(atomic_load(&team->ticket)) || atomic_load(&team->is_closing)) return;
        pause_processor();
    }
    pthread_mutex_lock(&team->mutex);
    atomic_fetch_add(&team->sleepers, 1);
    while (!has_items(atomic_load(&team->ticket)) && !atomic_load(&team->is_closing))
        pthread_cond_wait(&team->wake, &team->mutex);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->mutex);
}

static void wake_sleepers(ck_team *team) {
    if (!atomic_load(&team->sleepers)) return;
    pthread_mutex_lock(&team->mutex);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->mutex);
}

static void *helper_body(void *argument) {
    struct ck_helper *helper = argument;
    while (!atomic_load(&helper->team->is_closing)) {
        take_part(helper->team, helper->participant);
        await_items(helper->team);
    }
    return NULL;
}

// Signals are for the threads of the program.
static int start_helper(struct ck_helper *helper) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&helper->thread, NULL, helper_body, helper);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

ck_team *ck_team_create(size_t helpers) {
    ck_team *team = calloc(1, sizeof *team);
    if (!team) return NULL;
    team->threads = calloc(helpers ? helpers : 1, sizeof *team->threads);
    if (!team->threads) {
        free(team);
        return NULL;
    }
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->wake, NULL);
    for (; team->helpers < helpers; team->helpers++) {
        struct ck_helper *helper = &team->threads[team->helpers];
        helper->team = team;
        helper->participant = team->helpers + 1;
        if (start_helper(helper) != 0) break;
#if defined(__linux__)
        pthread_setname_np(helper->thread, "engine-helper");
#endif
    }
    return team;
}

void ck_team_destroy(ck_team *team) {
    if (!team) return;
    atomic_store(&team->is_closing, 1);
    wake_sleepers(team);
    for (size_t i = 0; i < team->helpers; i++) pthread_join(team->threads[i].thread, NULL);
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->mutex);
    free(team->threads);
    free(team);
}

size_t ck_team_helpers(const ck_team *team) { return team->helpers; }

ck_team *ck_team_lead(ck_team *team) {
    ck_team *before = led;
    led = team;
    return before;
}

size_t ck_participants(void) { return led ? led->helpers + 1 : 1; }

// One job of at most MOST_ITEMS items, on a team that this thread has taken.
static void run_job(ck_team *team, size_t first, size_t count, ck_body body, void *context) {
    team->body = body;
    team->context = context;
    team->first = first;
    atomic_store(&team->finished, 0);
    uint64_t generation = (atomic_load(&team->ticket) >> 32) + 1;
    atomic_store(&team->ticket, generation << 32 | (uint64_t)count << 16);
    wake_sleepers(team);
    take_part(team, 0);
    for (int spin = 0; atomic_load(&team->finished) != count; spin++) {
        if (spin < SPINS) pause_processor();
        else sched_yield();
    }
}

void ck_parallel(size_t count, ck_body body, void *context) {
    ck_team *team = led;
    int is_idle = 0;
    if (!team || !team->helpers || count < 2 || !atomic_compare_exchange_strong(&team->is_busy, &is_idle, 1)) {
        for (size_t i = 0; i < count; i++) body(context, i, 0);
        return;
    }
    for (size_t first = 0; first < count; first += MOST_ITEMS) {
        size_t items = count - first < MOST_ITEMS ? count - first : MOST_ITEMS;
        run_job(team, first, items, body, context);
    }
    atomic_store(&team->is_busy, 0);
}
