namespace KvCompose.Models.Templates.Running;

/// <summary>A mistake of a running template, without its place. <see cref="ChatTemplate"/> adds line and column.</summary>
internal sealed class TemplateFault(ChatTemplateErrorKind kind, string message) : Exception(message)
{
    public ChatTemplateErrorKind Kind { get; } = kind;

    public static TemplateFault Type(string message) => new(ChatTemplateErrorKind.Runtime, message);

    public static TemplateFault Limit(string message) => new(ChatTemplateErrorKind.Limit, message);

    public static TemplateFault Undefined(string message) => new(ChatTemplateErrorKind.Undefined, message);
}
