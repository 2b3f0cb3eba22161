using KvCompose.Models.Sampling;

namespace KvCompose.Serving.Scheduling;

/// <summary>A request on its way through the scheduler.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="prompt">Its tokens.</param>
/// <param name="lane">Where it is answered.</param>
/// <param name="handle">What its caller reads.</param>
internal sealed class Job(GenerationRequest request, int[] prompt, Lane lane, Generation handle)
{
    public GenerationRequest Request { get; } = request;

    public int[] Prompt { get; } = prompt;

    public Lane Lane { get; } = lane;

    public Generation Handle { get; } = handle;

    /// <summary>Answers the same prompt once more: they begin as copies of this one.</summary>
    public IReadOnlyList<Job> Copies { get; init; } = [];

    public required int MaxTokens { get; init; }

    public required Sampler Sampler { get; init; }

    public required AnswerStream Stream { get; init; }

    /// <summary>When it arrived, as the scheduler's clock counts.</summary>
    public required long Arrived { get; init; }

    /// <summary>When it has to be answered; null for no limit.</summary>
    public required long? Deadline { get; init; }

    /// <summary>The session's sequence; −1 before it begins.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Bytes that it may come to need while its prompt is computed.</summary>
    public long Reserved { get; set; }

    /// <summary>Whether the prompt has been computed.</summary>
    public bool Decoding { get; set; }

    /// <summary>Tokens of the answer that steps have appended.</summary>
    public int Appended { get; set; }

    /// <summary>How many requests had given up what they held when there was no memory for this one; −1 while it has not been tried.</summary>
    public long BlockedAt { get; set; } = -1;

    /// <summary>The token that the next step appends.</summary>
    public int Next { get; set; }

    /// <summary>When the first token came.</summary>
    public long FirstToken { get; set; }

    /// <summary>Tokens that the answer may still get.</summary>
    public int Remaining => MaxTokens - Stream.Tokens;

    /// <summary>This one and its copies.</summary>
    public IEnumerable<Job> Group => Copies.Prepend(this);
}
