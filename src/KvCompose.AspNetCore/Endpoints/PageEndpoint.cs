using KvCompose.AspNetCore.Responses;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>The page at /, and its two files. They ask nothing of any other server.</summary>
internal static class PageEndpoint
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Guarded.Work File(string name, string type) => async (context, state, _) =>
    {
        if (!state.Options.Page)
        {
            throw new OpenAiException(404, "invalid_request_error", null, "not_found", "the page is turned off");
        }

        using Stream file = typeof(PageEndpoint).Assembly.GetManifestResourceStream($"KvCompose.AspNetCore.Page.{name}")!;
        context.Response.ContentType = type;
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-cache";
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    };
}
