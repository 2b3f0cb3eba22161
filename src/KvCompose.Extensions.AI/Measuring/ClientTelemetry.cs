using System.Diagnostics;
using System.Diagnostics.Metrics;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;

namespace KvCompose.Extensions.AI.Measuring;

/// <summary>Activities and instruments of OpenTelemetry's semantic conventions for clients of generative AI. They hold no text of conversations.</summary>
internal sealed class ClientTelemetry : IDisposable
{
    public const string Provider = "kvcompose";

    private static readonly ActivitySource Source = new(KvComposeTelemetry.ActivitySourceName);

    private readonly string _model;
    private readonly Meter _meter = new(KvComposeTelemetry.MeterName);
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _duration;

    public ClientTelemetry(string model)
    {
        _model = model;
        _tokens = _meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of prompts and answers.");
        _duration = _meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "From the call to the last token.");
    }

    public Activity? Begin(ChatRequest request, ChatOptions? options)
    {
        Activity? activity = Source.StartActivity($"chat {_model}", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("gen_ai.operation.name", "chat");
            activity.SetTag("gen_ai.provider.name", Provider);
            activity.SetTag("gen_ai.request.model", _model);
            activity.SetTag("gen_ai.request.temperature", request.Sampling.Temperature);
            activity.SetTag("gen_ai.request.top_p", request.Sampling.TopP);
            activity.SetTag("gen_ai.request.max_tokens", request.MaxTokens);
            activity.SetTag("gen_ai.request.seed", options?.Seed);
            activity.SetTag("gen_ai.conversation.id", request.Conversation);
            activity.SetTag("kvcompose.pipeline", request.Pipeline);
        }

        return activity;
    }

    public void End(Activity? activity, ChatAnswer answer, TimeSpan took, string finish)
    {
        Tag(activity, answer);
        activity?.SetTag("gen_ai.response.finish_reasons", new[] { finish });
        Record(answer, took, null);
    }

    public void Fail(Activity? activity, ChatAnswer? answer, TimeSpan took)
    {
        if (answer is not null)
        {
            Tag(activity, answer);
        }

        activity?.SetStatus(ActivityStatusCode.Error);
        Record(answer, took, "broken_off");
    }

    public void Dispose() => _meter.Dispose();

    private static void Tag(Activity? activity, ChatAnswer answer)
    {
        activity?.SetTag("gen_ai.usage.input_tokens", answer.Generation.PromptTokens);
        activity?.SetTag("gen_ai.usage.output_tokens", answer.Generation.AnswerTokens);
        activity?.SetTag("kvcompose.prefix.hit.tokens", answer.Generation.ReusedTokens);
        activity?.SetTag("kvcompose.queue.time", answer.Generation.QueueTime.TotalSeconds);
        activity?.SetTag("kvcompose.cache.held", answer.Generation.BytesHeld);
    }

    private void Record(ChatAnswer? answer, TimeSpan took, string? error)
    {
        TagList tags = new()
        {
            { "gen_ai.operation.name", "chat" },
            { "gen_ai.provider.name", Provider },
            { "gen_ai.request.model", _model },
        };
        if (answer is not null)
        {
            TagList input = tags, output = tags;
            input.Add("gen_ai.token.type", "input");
            output.Add("gen_ai.token.type", "output");
            _tokens.Record(answer.Generation.PromptTokens, input);
            _tokens.Record(answer.Generation.AnswerTokens, output);
        }

        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        _duration.Record(took.TotalSeconds, tags);
    }
}
