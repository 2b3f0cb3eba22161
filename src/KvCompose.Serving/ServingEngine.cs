using System.Diagnostics.Metrics;
using KvCompose.Models;
using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Serving.Measuring;
using KvCompose.Serving.Scheduling;

namespace KvCompose.Serving;

/// <summary>
/// Many requests over one model: one thread computes, and every step reads the weights once for all requests of a pipeline. Requests may be submitted from
/// any thread. A request begins when the memory that it may come to need is there, so that none makes another one fail.
/// </summary>
public sealed class ServingEngine : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly LanguageModel _model;
    private readonly Lane[] _lanes;
    private readonly Scheduler _scheduler;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly object _gate = new(); // Monitor.Wait needs an object.
    private readonly List<Job> _arrived = [];
    private readonly List<Action> _looks = [];
    private readonly Lazy<TokenTable> _table;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private volatile EngineStatus _status;
    private (string Pipeline, long Bytes, TierUsage Tiers)[] _laneStatus = [];
    private Exception? _failure;
    private bool _draining;
    private bool _wakes;

    /// <summary>Starts an engine. Sessions are opened when the first request of their pipeline comes.</summary>
    /// <param name="model">The model; it must outlive the engine.</param>
    /// <param name="pipelines">The pipelines, at least one. The first is taken where a request names none.</param>
    /// <param name="options">Bounds; null for the usual ones.</param>
    /// <param name="name">The model's name in metrics.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="meters">Makes the meter; null for one of its own.</param>
    /// <exception cref="ArgumentException">There is no pipeline, two have the same name, or an option is out of range.</exception>
    public ServingEngine(
        LanguageModel model, IEnumerable<ServedPipeline> pipelines, ServingOptions? options = null, string name = "model",
            TimeProvider? time = null,
        IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pipelines);
        ArgumentNullException.ThrowIfNull(name);
        Options = options ?? new ServingOptions();
        Options.Validate();
        Pipelines = [.. pipelines];
        if (Pipelines.Count == 0)
        {
            throw new ArgumentException("there is no pipeline", nameof(pipelines));
        }

        if (Pipelines.GroupBy(static pipeline => pipeline.Name, StringComparer.Ordinal).FirstOrDefault(static group
            => group.Count() > 1) is { } same)
        {
            throw new ArgumentException($"two pipelines are called '{same.Key}'", nameof(pipelines));
        }

        _model = model;
        Name = name;
        _time = time ?? TimeProvider.System;
        var limits = new SessionLimits(Options.MaxRunning + Options.MaxKept, Options.MaxCacheBytes);
        _lanes = [.. Pipelines.Select(pipeline => new Lane(pipeline, () => pipeline.Open(model, limits), Options.MaxKept))];
        _status = new EngineStatus(0, 0, 0, 0, Options.MaxCacheBytes, false);
        Metrics = new ServingMetrics(name, () => _status, () => Volatile.Read(ref _laneStatus), meters);
        _scheduler = new Scheduler(_lanes, Options, _time, Metrics, TakeArrivals);
        _table = new Lazy<TokenTable>(() => new TokenTable(
            Math.Min(model.Shape.Vocabulary, model.Tokenizer.LargestId + 1), model.Tokenizer.BytesOf, [.. AnswerEnds()]));
        _thread = new Thread(Run) { IsBackground = true, Name = "KvCompose serving" };
        _thread.Start();
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>The model.</summary>
    public LanguageModel Model => _model;

    /// <summary>The pipelines, the usual one first.</summary>
    public IReadOnlyList<ServedPipeline> Pipelines { get; }

    /// <summary>The bounds.</summary>
    public ServingOptions Options { get; }

    /// <summary>The instruments.</summary>
    public ServingMetrics Metrics { get; }

    /// <summary>What the engine does, as of its latest step.</summary>
    public EngineStatus Status => _status;

    /// <summary>Longest prompt, in tokens.</summary>
    public int MaxPromptTokens => Options.MaxPromptTokens == 0 ? _model.Context : Math.Min(Options.MaxPromptTokens, _model.Context);

    /// <summary>Why the engine has ended by itself; null while it has not.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Decode steps so far.</summary>
    internal long Steps => _scheduler.Steps;

    /// <summary>Takes a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="RequestRefusedException">It asks for what the engine cannot do; names the parameter.</exception>
    /// <exception cref="ServerBusyException">Too many requests wait, or the engine ends.</exception>
    /// <exception cref="ObjectDisposedException">The engine has ended.</exception>
    public Generation Submit(GenerationRequest request) => Submit(request, 1)[0];

    /// <summary>Takes a request for several answers to one prompt, which is computed once.</summary>
    /// <param name="request">What is asked for. With a seed, every answer has the next one.</param>
    /// <param name="choices">How many answers. Who cancels the first one before its first token cancels all.</param>
    /// <inheritdoc cref="Submit(GenerationRequest)" path="/exception"/>
    public IReadOnlyList<Generation> Submit(GenerationRequest request, int choices)
    {
        ArgumentNullException.ThrowIfNull(request);
        int[] prompt = [.. request.Prompt];
        Lane lane = Check(request, prompt, choices);
        long now = _time.GetTimestamp();
        Job[] copies = [.. Enumerable.Range(1, choices - 1).Select(choice => Prepare(request, prompt, lane, now, choice, []))];
        Job job = Prepare(request, prompt, lane, now, 0, copies);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (_draining)
            {
                throw new ServerBusyException("the server is shutting down", TimeSpan.FromSeconds(5));
            }

            EngineStatus status = _status;
            if (status.Waiting + _arrived.Count >= Options.MaxWaiting)
            {
                throw new ServerBusyException($"{Options.MaxWaiting} requests wait already", RetryAfter());
            }

            _arrived.Add(job);
            Wake();
        }

        return [.. job.Group.Select(static one => one.Handle)];
    }

    /// <summary>Takes a picture of what the cache holds of a request, between two steps.</summary>
    /// <param name="generation">The request.</param>
    /// <param name="layer">The layer whose heads are counted by token.</param>
    /// <returns>Null if it is not being decoded.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The model lacks the layer.</exception>
    public Task<CacheSnapshot?> LookAsync(Generation generation, int layer)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)_model.Shape.Layers, nameof(layer));
        var seen = new TaskCompletionSource<CacheSnapshot?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return Task.FromResult<CacheSnapshot?>(null);
            }

            _looks.Add(() => seen.TrySetResult(_scheduler.Find(generation) is { } job ? CacheView.Of(job, layer) : null));
            Wake();
        }

        return seen.Task;
    }

    /// <summary>Takes no further requests, and ends when those that were taken have been answered.</summary>
    /// <param name="cancellation">Breaks off what is not answered by then.</param>
    public async Task DrainAsync(CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            _draining = true;
            Wake();
        }

        try
        {
            await _ended.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Breaks off what is answered, and frees all sessions. The model stays.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stop.Cancel();
            Wake();
        }

        await _ended.Task.ConfigureAwait(false);
        Metrics.Dispose();
    }

    private Lane Check(GenerationRequest request, int[] prompt, int choices)
    {
        Lane? lane = request.Pipeline is null ? _lanes[0] : _lanes.FirstOrDefault(lane => lane.Pipeline.Name == request.Pipeline);
        if (lane is null)
        {
            string names = string.Join(", ", Pipelines.Select(static pipeline => pipeline.Name));
            throw new RequestRefusedException(nameof(request.Pipeline), $"there is no pipeline '{request.Pipeline}': {names}");
        }

        if (prompt.Length == 0 || prompt.FirstOrDefault(token => (uint)token >= (uint)_model.Shape.Vocabulary, -1) >= 0
            || prompt.Any(static token => token < 0))
        {
            throw new RequestRefusedException(
                nameof(request.Prompt), prompt.Length == 0 ? "the prompt is empty"
                    : $"the prompt holds a token outside the vocabulary of {_model.Shape.Vocabulary}");
        }

        if (prompt.Length > MaxPromptTokens || prompt.Length >= _model.Context)
        {
            throw new RequestRefusedException(
                nameof(request.Prompt),
                $"the prompt has {prompt.Length} tokens; at most {Math.Min(MaxPromptTokens, _model.Context - 1)} are taken, and the model's context is {_model.Context}");
        }

        if (request.MaxTokens is { } most && (most < 1 || most > Options.MaxAnswerTokens))
        {
            throw new RequestRefusedException(nameof(request.MaxTokens),
                $"{most} tokens are asked for; it must be from 1 to {Options.MaxAnswerTokens}");
        }

        if (choices < 1 || choices > Options.MaxChoices)
        {
            throw new RequestRefusedException("Choices", $"{choices} choices are asked for; it must be from 1 to {Options.MaxChoices}");
        }

        if (request.Timeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            throw new RequestRefusedException(nameof(request.Timeout), $"the timeout is {timeout}; it must be above 0");
        }

        return lane;
    }

    private Job Prepare(GenerationRequest request, int[] prompt, Lane lane, long now, int choice, IReadOnlyList<Job> copies)
    {
        int most = Math.Min(request.MaxTokens ?? Options.DefaultAnswerTokens, _model.Context - prompt.Length);
        TimeSpan? timeout = request.Timeout ?? Options.Timeout;
        try
        {
            SamplingOptions sampling = request.Sampling.Seed is { } seed ? request.Sampling with { Seed = seed + (ulong)choice }
                : request.Sampling;
            var sampler = new Sampler(
                sampling, _model.Shape.Vocabulary, prompt, request.Grammar is null ? null
                    : new GrammarMatcher(request.Grammar, _table.Value));
            var stop = new StopConditions
            {
                Tokens = request.EndTokens ?? _model.EndTokens.ToHashSet(),
                Strings = request.StopStrings,
                MaxTokens = most
            };
            return new Job(request, prompt, lane, new Generation(prompt.Length, Wake) { Seed = sampler.Seed })
            {
                Copies = copies,
                MaxTokens = most,
                Sampler = sampler,
                Stream = AnswerStream.Of(_model.Tokenizer, stop),
                Arrived = now,
                Deadline = timeout is { } limit ? now + (long)(limit.TotalSeconds * _time.TimestampFrequency) : null,
            };
        }
        catch (ArgumentException problem)
        {
            throw new RequestRefusedException(problem.ParamName ?? "request", problem.Message, problem);
        }
    }

    private IEnumerable<int> AnswerEnds()
    {
        try
        {
            return _model.ChatFormat.EndTokens;
        }
        catch (Exception problem) when (problem is TokenizerFormatException or Models.Templates.ChatTemplateException)
        {
            return _model.EndTokens; // There is no chat template.
        }
    }

    private void Run()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                TakeArrivals();
                bool worked = _scheduler.RunOnce();
                Publish();
                lock (_gate)
                {
                    if (_draining && _arrived.Count == 0 && _scheduler.Queue.Count == 0 && _scheduler.Running == 0)
                    {
                        break;
                    }

                    if (!worked && !_wakes && !_stop.IsCancellationRequested)
                    {
                        Monitor.Wait(_gate, LongestWait);
                    }

                    _wakes = false;
                }
            }
        }
        catch (Exception problem)
        {
            Volatile.Write(ref _failure, problem);
        }

        lock (_gate)
        {
            _stop.Cancel();
        }

        TakeArrivals();
        _scheduler.EndAll(() => Failure is { } failure
            ? new InvalidOperationException($"the engine has ended: {failure.Message}", failure)
            : new OperationCanceledException("The engine has ended"));
        Array.ForEach(_lanes, static lane => lane.Dispose());
        _status = new EngineStatus(0, 0, 0, 0, Options.MaxCacheBytes, true);
        Volatile.Write(ref _laneStatus, []);
        _ended.TrySetResult();
    }

    private void TakeArrivals()
    {
        Action[] looks;
        lock (_gate)
        {
            _arrived.ForEach(_scheduler.Queue.Add);
            _arrived.Clear();
            looks = [.. _looks];
            _looks.Clear();
        }

        Array.ForEach(looks, static look => look());
        Publish();
    }

    private void Publish()
    {
        (string, long, TierUsage)[] lanes = [.. _lanes.Select(static lane => (lane.Pipeline.Name, lane.BytesHeld, lane.Tiers))];
        Volatile.Write(ref _laneStatus, lanes);
        _status = new EngineStatus(
            _scheduler.Running, _scheduler.Queue.Count, _lanes.Sum(static lane => lane.Uses.Count), lanes.Sum(static lane => lane.Item2),
                Options.MaxCacheBytes, _draining);
    }

    private TimeSpan RetryAfter()
    {
        double seconds = Metrics.SecondsPerPromptToken * _scheduler.Queue.PromptTokens;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 600));
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wakes = true;
            Monitor.Pulse(_gate);
        }
    }
}
