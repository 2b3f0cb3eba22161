using System.Diagnostics;
using System.Diagnostics.Metrics;
using KvCompose.Models.Sampling;
using KvCompose.Serving.Scheduling;

namespace KvCompose.Serving.Measuring;

/// <summary>
/// Instruments of the meter <see cref="MeterName"/>. Names that begin with gen_ai are those of OpenTelemetry's semantic conventions for generative AI; the
/// others begin with kvcompose.
/// </summary>
public sealed class ServingMetrics : IDisposable
{
    /// <summary>The meter.</summary>
    public const string MeterName = "KvCompose.Serving";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _rate;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _reusedTokens;
    private readonly Counter<long> _answerTokens;
    private readonly Counter<long> _requests;
    private readonly string _model;
    private double _secondsPerPromptToken;

    internal ServingMetrics(string model, Func<EngineStatus> status, Func<IEnumerable<(string Pipeline, long Bytes,
        TierUsage Tiers)>> lanes, IMeterFactory? factory)
    {
        _model = model;
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _duration = _meter.CreateHistogram<double>("gen_ai.server.request.duration", "s", "From a request's arrival to its last token.");
        _firstToken = _meter.CreateHistogram<double>("gen_ai.server.time_to_first_token", "s",
            "From a request's arrival to its first token.");
        _perToken = _meter.CreateHistogram<double>("gen_ai.server.time_per_output_token", "s",
            "Between two tokens of an answer, averaged over the answer.");
        _queueTime = _meter.CreateHistogram<double>("kvcompose.queue.time", "s",
            "From a request's arrival to the beginning of its prompt.");
        _rate = _meter.CreateHistogram<double>("kvcompose.answer.rate", "{token}/s", "Tokens of an answer in a second.");
        _promptTokens = _meter.CreateCounter<long>("kvcompose.prompt.tokens", "{token}", "Tokens of prompts.");
        _reusedTokens = _meter.CreateCounter<long>("kvcompose.prefix.hit.tokens", "{token}",
            "Tokens of prompts that the cache held already.");
        _answerTokens = _meter.CreateCounter<long>("kvcompose.answer.tokens", "{token}", "Tokens of answers.");
        _requests = _meter.CreateCounter<long>("kvcompose.requests", "{request}", "Requests that have ended.");
        _meter.CreateObservableGauge("kvcompose.requests.running", () => status().Running, "{request}", "Requests that are answered.");
        _meter.CreateObservableGauge("kvcompose.requests.waiting", () => status().Waiting, "{request}", "Requests that wait.");
        _meter.CreateObservableGauge("kvcompose.sequences.kept", () => status().Kept, "{sequence}",
            "Sequences that are kept for later requests.");
        _meter.CreateObservableGauge("kvcompose.cache.limit", () => status().BytesLimit, "By", "Most bytes of pages that may be held.");
        _meter.CreateObservableGauge("kvcompose.cache.held", () => Of(lanes(), static lane => lane.Bytes), "By",
            "Bytes of pages that are held.");
        _meter.CreateObservableCounter("kvcompose.cache.retrievals", () => Of(lanes(), static lane => lane.Tiers.Retrievals),
            "{retrieval}", "Queries of an index, and triggers of a monitor.");
        _meter.CreateObservableCounter("kvcompose.cache.retrieved", () => Of(lanes(), static lane => lane.Tiers.TokensMoved), "{token}",
            "Tokens that were made resident, over layers and heads.");
        _meter.CreateObservableGauge("kvcompose.cache.host", () => Of(lanes(), static lane => lane.Tiers.HostBytes), "By",
            "Bytes held in host memory beside the resident pages.");
    }

    /// <summary>Seconds that a token of a prompt takes, of the latest prompts; 0 before the first.</summary>
    internal double SecondsPerPromptToken => Volatile.Read(ref _secondsPerPromptToken);

    /// <summary>Ends the meter.</summary>
    public void Dispose() => _meter.Dispose();

    internal void Prompt(string pipeline, int tokens, int reused, TimeSpan took)
    {
        TagList tags = Tags(pipeline);
        _promptTokens.Add(tokens, tags);
        _reusedTokens.Add(reused, tags);
        if (tokens > reused)
        {
            double own = took.TotalSeconds / (tokens - reused), before = SecondsPerPromptToken;
            Volatile.Write(ref _secondsPerPromptToken, before == 0 ? own : (0.8 * before) + (0.2 * own));
        }
    }

    internal void Ended(Job job, Exception? problem)
    {
        TagList tags = Tags(job.Lane.Pipeline.Name);
        Generation handle = job.Handle;
        _queueTime.Record(handle.QueueTime.TotalSeconds, tags);
        _answerTokens.Add(handle.AnswerTokens, tags);
        if (job.Decoding)
        {
            _firstToken.Record(handle.TimeToFirstToken.TotalSeconds, tags);
            if (handle.AnswerTokens > 1)
            {
                _perToken.Record(handle.DecodeTime.TotalSeconds / (handle.AnswerTokens - 1), tags);
                _rate.Record(handle.TokensPerSecond, tags);
            }
        }

        if (problem is not null)
        {
            tags.Add("error.type", problem.GetType().Name);
        }
        else
        {
            tags.Add("gen_ai.response.finish_reason", handle.Finish == FinishReason.Length ? "length" : "stop");
        }

        _requests.Add(1, tags);
        _duration.Record((handle.TimeToFirstToken + handle.DecodeTime).TotalSeconds, tags);
    }

    private TagList Tags(string pipeline) => new()
    {
        { "gen_ai.operation.name", "generate_content" },
        { "gen_ai.provider.name", "kvcompose" },
        { "gen_ai.request.model", _model },
        { "kvcompose.pipeline", pipeline },
    };

    private IEnumerable<Measurement<long>> Of(
        IEnumerable<(string Pipeline, long Bytes, TierUsage Tiers)> lanes, Func<(string Pipeline, long Bytes, TierUsage Tiers), long> value)
        => lanes.Select(lane => new Measurement<long>(value(lane), new KeyValuePair<string, object?>("gen_ai.request.model", _model),
            new("kvcompose.pipeline", lane.Pipeline)));
}
