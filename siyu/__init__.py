"""siyu (私域): the engine behind WeChat communities; a campaign author needs `siyu.sdk` alone."""
