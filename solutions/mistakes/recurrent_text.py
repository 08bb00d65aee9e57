"""Wrong and alternative implementations of what surrounds a language model: samples, bits, a baseline."""

from __future__ import annotations

import numpy as np

from solutions.loss import cross_entropy
from solutions.mistakes import alternative, mistake
from solutions.recurrent import bits_per_character, persistence_baseline, sample_with_temperature


def _softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()


def _drawn(p, rng):
    return int(rng.choice(len(p), p=p))


def _double(logits):
    return np.asarray(logits, dtype=np.float64)


# sample_with_temperature


@mistake(
    of=sample_with_temperature,
    says="The largest logit is always taken. That is what a temperature near 0 does; draw according "
    "to the probabilities.",
)
def always_the_largest(logits, temperature, rng):
    return int(np.argmax(logits))


@mistake(
    of=sample_with_temperature,
    says="The temperature is ignored: the probabilities are those of temperature 1.",
)
def temperature_ignored(logits, temperature, rng):
    return _drawn(_softmax(_double(logits)), rng)


@mistake(
    of=sample_with_temperature,
    says="The logits are multiplied by the temperature. Divide: a high temperature makes them more "
    "alike.",
)
def temperature_multiplied(logits, temperature, rng):
    return _drawn(_softmax(_double(logits) * temperature), rng)


@mistake(
    of=sample_with_temperature,
    says="The probabilities are divided by the temperature and put through a softmax again. Divide the "
    "logits, and take the softmax once.",
)
def probabilities_divided(logits, temperature, rng):
    return _drawn(_softmax(_softmax(_double(logits)) / temperature), rng)


@mistake(
    of=sample_with_temperature,
    says="The logits are divided by the temperature twice.",
)
def temperature_squared(logits, temperature, rng):
    return _drawn(_softmax(_double(logits) / temperature**2), rng)


@mistake(
    of=sample_with_temperature,
    says="Every class is drawn equally often: the logits are not used.",
)
def uniform(logits, temperature, rng):
    return int(rng.integers(len(logits)))


@mistake(
    of=sample_with_temperature,
    says="The softmax is forgotten: logits are taken for probabilities, divided by their sum. Logits "
    "may be negative, and their exponentials are what counts.",
)
def softmax_forgotten(logits, temperature, rng):
    p = np.maximum(_double(logits) / temperature, 0)
    return _drawn(p / p.sum(), rng)


@mistake(
    of=sample_with_temperature,
    says="exp overflows: divided by a small temperature, or by themselves, logits get too large for "
    "it. Subtract the largest first.",
)
def exp_overflows(logits, temperature, rng):
    p = np.exp(_double(logits) / temperature)
    return _drawn(p / p.sum(), rng)


@mistake(
    of=sample_with_temperature,
    says="The numbers come from elsewhere, as from np.random, and not from rng. Nobody can repeat such a draw.",
)
def global_randomness(logits, temperature, rng):
    p = _softmax(_double(logits) / temperature)
    return int(np.random.choice(len(p), p=p))


@mistake(
    of=sample_with_temperature,
    says="A new generator with a fixed seed is made in every call, so that every call draws the same. "
    "Draw from rng.",
)
def own_generator(logits, temperature, rng):
    return sample_with_temperature(logits, temperature, np.random.default_rng(0))


@mistake(
    of=sample_with_temperature,
    says="The probability of the class that was drawn comes back. Return its number.",
)
def probability_returned(logits, temperature, rng):
    p = _softmax(_double(logits) / temperature)
    return float(p[_drawn(p, rng)])


@mistake(
    of=sample_with_temperature,
    says="All probabilities come back. Draw one class from them and return its number.",
)
def probabilities_returned(logits, temperature, rng):
    return _softmax(_double(logits) / temperature)


@alternative(of=sample_with_temperature)
def by_gumbel_noise(logits, temperature, rng):
    return np.argmax(logits / temperature + rng.gumbel(size=len(logits)))


@alternative(of=sample_with_temperature)
def by_the_cumulative_sum(logits, temperature, rng):
    p = _softmax(_double(logits) / temperature)
    return min(int(np.searchsorted(np.cumsum(p), rng.random(), side="right")), len(p) - 1)


@alternative(of=sample_with_temperature)
def by_multinomial(logits, temperature, rng):
    return np.int64(rng.multinomial(1, _softmax(_double(logits) / temperature)).argmax())


def _nats(logits, targets):
    return cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.ravel())


# bits_per_character


@mistake(
    of=bits_per_character,
    says="These are nats: the logarithm is the natural one. Divide by the natural logarithm of 2.",
)
def nats(logits, targets):
    return _nats(logits, targets)


@mistake(
    of=bits_per_character,
    says="The nats are multiplied by the logarithm of 2. A bit is less than a nat, so their number is "
    "larger: divide.",
)
def multiplied_by_log_2(logits, targets):
    return _nats(logits, targets) * np.log(2)


@mistake(
    of=bits_per_character,
    says="This is the perplexity, the exponential of the cross-entropy. Bits are a logarithm.",
)
def perplexity(logits, targets):
    return float(np.exp(_nats(logits, targets)))


@mistake(
    of=bits_per_character,
    says="The bits are summed over the characters. Take their mean.",
)
def bits_summed(logits, targets):
    return bits_per_character(logits, targets) * targets.size


@mistake(
    of=bits_per_character,
    says="The bits are summed over the time steps, and averaged over the rest. Average over all "
    "characters.",
)
def summed_over_time(logits, targets):
    return bits_per_character(logits, targets) * targets.shape[-1]


@mistake(
    of=bits_per_character,
    says="The sign is wrong: a probability is below 1, so its logarithm is negative. Bits count minus "
    "that.",
)
def bits_negative(logits, targets):
    return -bits_per_character(logits, targets)


@mistake(
    of=bits_per_character,
    says="This is the logarithm of the mean probability. Take the logarithm for each character, then "
    "the mean.",
)
def logarithm_of_the_mean(logits, targets):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    return -float(np.log2(np.take_along_axis(p, targets[..., None], -1).mean()))


@mistake(
    of=bits_per_character,
    says="This is the entropy of the model's own probabilities. It does not look at which character "
    "came.",
)
def entropy_of_the_model(logits, targets):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -float((np.exp(log_p) * log_p).sum(axis=-1).mean() / np.log(2))


@mistake(
    of=bits_per_character,
    says="The powers are those of 2, not of e: the softmax itself is taken to base 2. Only the "
    "logarithm of the probability changes its base.",
)
def softmax_to_base_2(logits, targets):
    return bits_per_character(logits * np.log(2).astype(logits.dtype), targets)


@mistake(
    of=bits_per_character,
    says="exp overflows, or the logarithm meets a probability that was rounded to 0. Subtract the "
    "largest logit and compute the logarithm of the softmax directly.",
)
def logarithm_of_softmax(logits, targets):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    return -float(np.log2(np.take_along_axis(p, targets[..., None], -1)).mean())


@alternative(of=bits_per_character)
def by_the_cross_entropy(logits, targets):
    return _nats(logits, targets) / np.log(2)


@alternative(of=bits_per_character)
def character_by_character(logits, targets):
    bits = 0.0
    for where in np.ndindex(targets.shape):
        z = logits[where].astype(np.float64)
        bits += (np.logaddexp.reduce(z) - z[targets[where]]) / np.log(2)
    return np.float64(bits / targets.size)


def _rmse(forecast, truth):
    return float(np.sqrt(np.mean((truth - forecast) ** 2)))


# persistence_baseline


@mistake(
    of=persistence_baseline,
    says="The forecast is the truth: series[horizon:] is what the forecasts are compared with. What "
    "was known is `horizon` steps older.",
)
def looks_into_the_future(series, horizon):
    return series[horizon:], 0.0


@mistake(
    of=persistence_baseline,
    says="The horizon is ignored: every forecast is the value one step earlier. That one was not known "
    "yet.",
)
def one_step_always(series, horizon):
    forecast = series[horizon - 1 : -1]
    return forecast, _rmse(forecast, series[horizon:])


@mistake(
    of=persistence_baseline,
    says="This is the mean squared error. Take the root, so that it has the unit of the series.",
)
def root_forgotten(series, horizon):
    forecast, rmse = persistence_baseline(series, horizon)
    return forecast, rmse**2


@mistake(
    of=persistence_baseline,
    says="This is the mean absolute error. It should be the root of the mean squared error.",
)
def absolute_error(series, horizon):
    forecast = series[:-horizon]
    return forecast, float(np.abs(series[horizon:] - forecast).mean())


@mistake(
    of=persistence_baseline,
    says="The root is taken of the sum of the squares. Take the mean of them first.",
)
def root_of_the_sum(series, horizon):
    forecast = series[:-horizon]
    return forecast, float(np.linalg.norm(series[horizon:] - forecast))


@mistake(
    of=persistence_baseline,
    says="The errors are averaged with their signs, so that they cancel. Square them first.",
)
def bias_of_the_forecast(series, horizon):
    forecast = series[:-horizon]
    return forecast, float(abs(np.mean(series[horizon:] - forecast)))


@mistake(
    of=persistence_baseline,
    says="np.roll puts the end of the series in front of its beginning, and the forecast is as long as "
    "the series. The first `horizon` values have no forecast: leave them out.",
)
def rolled_round(series, horizon):
    forecast = np.roll(series, horizon)
    return forecast, _rmse(forecast, series)


@mistake(
    of=persistence_baseline,
    says="This forecasts the mean of the whole series, which nobody knew at the time. Persistence "
    "forecasts the newest known value.",
)
def mean_of_the_series(series, horizon):
    forecast = np.full_like(series[horizon:], series.mean())
    return forecast, _rmse(forecast, series[horizon:])


@mistake(
    of=persistence_baseline,
    says="The trend is continued: newest value plus its last change. Persistence assumes no change.",
)
def trend_continued(series, horizon):
    change = np.diff(series, prepend=series[:1])[:-horizon]
    forecast = series[:-horizon] + change
    return forecast, _rmse(forecast, series[horizon:])


@alternative(of=persistence_baseline)
def entry_by_entry(series, horizon):
    forecast = np.empty(len(series) - horizon, dtype=series.dtype)
    for k in range(len(forecast)):
        forecast[k] = series[k]
    return [forecast, _rmse(forecast.astype(np.float64), series[horizon:].astype(np.float64))]


@alternative(of=persistence_baseline)
def with_the_norm(series, horizon):
    n = len(series) - horizon
    return series[:n].copy(), np.linalg.norm(series[-n:] - series[:n]) / np.sqrt(n)
