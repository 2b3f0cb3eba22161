namespace KvCompose.Models.Templates;

/// <summary>What went wrong with a chat template.</summary>
public enum ChatTemplateErrorKind
{
    /// <summary>The source is not a template: found when it is parsed.</summary>
    Syntax,

    /// <summary>The template called <c>raise_exception</c>; <see cref="ChatTemplateException.Detail"/> is its message.</summary>
    Raised,

    /// <summary>The template works with a value that does not exist.</summary>
    Undefined,

    /// <summary>The template calls something that would change its input, or reaches for internals.</summary>
    Security,

    /// <summary>Any other mistake of a running template: wrong types, division by zero, a wrong count of values.</summary>
    Runtime,

    /// <summary>The template needs more steps, characters or nesting than <see cref="ChatTemplateLimits"/> allow.</summary>
    Limit,

    /// <summary>The final message cannot be continued: it has no text, or the template leaves it out.</summary>
    FinalMessage,
}
