using KvCompose.Serving;
using Microsoft.Extensions.Options;

namespace KvCompose.Extensions.AI.Registration;

/// <summary>Checks options before a model is opened.</summary>
internal sealed class KvComposeOptionsValidator : IValidateOptions<KvComposeOptions>
{
    public ValidateOptionsResult Validate(string? name, KvComposeOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ModelPath))
        {
            return ValidateOptionsResult.Fail($"{nameof(KvComposeOptions.ModelPath)} is not set");
        }

        if (!File.Exists(options.ModelPath) && !Directory.Exists(options.ModelPath))
        {
            return ValidateOptionsResult.Fail($"{nameof(KvComposeOptions.ModelPath)}: there is no file or folder '{options.ModelPath}'");
        }

        if (options.Name.Contains('+', StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Fail($"{nameof(KvComposeOptions.Name)} '{options.Name}' holds a +, which stands between model and pipeline");
        }

        if (options.MaxCacheMebibytes < 1 || options.TimeoutSeconds < 0)
        {
            return ValidateOptionsResult.Fail(
                $"{nameof(KvComposeOptions.MaxCacheMebibytes)} is {options.MaxCacheMebibytes} and {nameof(KvComposeOptions.TimeoutSeconds)} {options.TimeoutSeconds}; they must be 1 or more, and 0 or more");
        }

        try
        {
            Bounds(options).Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException problem)
        {
            return ValidateOptionsResult.Fail(problem.Message);
        }
    }

    /// <summary>The bounds of the engine.</summary>
    public static ServingOptions Bounds(KvComposeOptions options) => new()
    {
        MaxCacheBytes = (long)options.MaxCacheMebibytes << 20,
        MaxRunning = options.MaxRunning,
        MaxKept = options.MaxKept,
        MaxWaiting = options.MaxWaiting,
        MaxPromptTokens = options.MaxPromptTokens,
        MaxAnswerTokens = options.MaxAnswerTokens,
        DefaultAnswerTokens = Math.Min(options.DefaultAnswerTokens, options.MaxAnswerTokens),
        MaxChoices = Math.Min(8, Math.Max(1, options.MaxRunning)),
        Timeout = options.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(options.TimeoutSeconds) : null,
        MaxConversations = options.MaxConversations,
    };
}
