using KvCompose.Models.Chat;

namespace KvCompose.Samples.Chat;

/// <summary>What the command line asks for.</summary>
internal sealed record ChatArguments
{
    /// <summary>A GGUF file, a part of a split one, or a folder.</summary>
    public required string Model { get; init; }

    public required ChatPipeline Pipeline { get; init; }

    /// <summary>Longest sequence in tokens; 0 for the model's own.</summary>
    public int Context { get; init; }

    public int Threads { get; init; }

    /// <summary>The first message of the system; null for the template's own.</summary>
    public string? System { get; init; }

    /// <summary>A text file that goes in front of the first question.</summary>
    public string? File { get; init; }

    /// <summary>The one question of an unattended run; null for a conversation.</summary>
    public string? Prompt { get; init; }

    public bool Json { get; init; }

    public required ConversationOptions Answers { get; init; }
}
