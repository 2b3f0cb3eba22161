namespace KvCompose.Extensions.AI;

/// <summary>A model that is served, and its bounds. Values of 0 take the usual ones.</summary>
public sealed class KvComposeOptions
{
    /// <summary>A GGUF file, a part of a split one, or a folder with safetensors and tokenizer.json.</summary>
    public string ModelPath { get; set; } = "";

    /// <summary>The model's name in requests; empty for that of its file or folder.</summary>
    public string Name { get; set; } = "";

    /// <summary>Threads to compute with; 0 for one per physical core.</summary>
    public int Threads { get; set; }

    /// <summary>Longest sequence in tokens; 0 for the model's own.</summary>
    public int Context { get; set; }

    /// <summary>The source of the chat template, instead of the checkpoint's own; null takes the checkpoint's.</summary>
    public string? ChatTemplate { get; set; }

    /// <summary>The pipeline of requests that name none; empty for the first one.</summary>
    public string Pipeline { get; set; } = "";

    /// <summary>Most MiB of cache pages of all pipelines together.</summary>
    public int MaxCacheMebibytes { get; set; } = 1024;

    /// <summary>Most requests of one pipeline that are answered side by side.</summary>
    public int MaxRunning { get; set; } = 16;

    /// <summary>Most sequences of one pipeline that are kept for later requests.</summary>
    public int MaxKept { get; set; } = 32;

    /// <summary>Most requests that wait.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>Longest prompt in tokens; 0 for the model's context.</summary>
    public int MaxPromptTokens { get; set; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxAnswerTokens { get; set; } = 4096;

    /// <summary>Most tokens of an answer whose request names no number.</summary>
    public int DefaultAnswerTokens { get; set; } = 1024;

    /// <summary>Seconds that a request may take; 0 for no limit.</summary>
    public double TimeoutSeconds { get; set; }

    /// <summary>Most conversations that are remembered by id.</summary>
    public int MaxConversations { get; set; } = 1024;
}
